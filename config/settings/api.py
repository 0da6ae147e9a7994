"""The HTTP API: tokens, limits of bodies, its description."""

import environ

env = environ.Env()

API_ISSUER = env.str("API_ISSUER", default="countroom")
API_AUDIENCE = env.str("API_AUDIENCE", default="countroom-api")
API_MAX_BODY_BYTES = env.int("API_MAX_BODY_BYTES", default=256 * 1024)
# Never above 15 minutes (A2), whatever is set.
ACCESS_TOKEN_SECONDS = min(env.int("ACCESS_TOKEN_SECONDS", default=900), 900)
# An Ed25519 key as PEM text or the path of a PEM file; empty: derived from SECRET_KEY. The previous ones still verify.
ACCESS_TOKEN_KEY = env.str("ACCESS_TOKEN_KEY", default="", multiline=True)
ACCESS_TOKEN_PREVIOUS_KEYS = env.list("ACCESS_TOKEN_PREVIOUS_KEYS", default=[])
# Wraps each player's own key (S6): 32 bytes as base64, or the path of a file with them; empty: derived from SECRET_KEY.
# The previous ones still unwrap.
IDENTITY_KEY = env.str("IDENTITY_KEY", default="")
IDENTITY_PREVIOUS_KEYS = env.list("IDENTITY_PREVIOUS_KEYS", default=[])

OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_GENERATOR": "config.api.oauth.make_access_token",
    "OAUTH2_VALIDATOR_CLASS": "config.api.oauth.ClientCredentialsValidator",
    "ACCESS_TOKEN_EXPIRE_SECONDS": ACCESS_TOKEN_SECONDS,
    "CLIENT_SECRET_GENERATOR_LENGTH": 64,
    "OAUTH2_GRANT_TYPES_SUPPORTED": ["client_credentials"],
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["config.api.authentication.BearerTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["config.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.parsers.ExactJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "config.api.schema.ApiSchema",
    "DEFAULT_THROTTLE_CLASSES": ["config.api.throttling.ClientRateThrottle"],
    "EXCEPTION_HANDLER": "config.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Countroom",
    "DESCRIPTION": "Money in and out of regulated gaming: deposits, payouts, wallets, game rounds, reconciliation, disputes.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/v1",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_NAME_OVERRIDES": {
        "DisputeStatus": "disputes.models.DisputeState",
        "PlayerStatus": "cashier.models.Player.State",
        "BonusStatus": "cashier.models.Bonus.State",
        "EvidenceKind": "disputes.models.Evidence.Kind",
        "BonusType": "cashier.models.Bonus.Kind",
        "CardType": "cashier.api.requests.CARD_TYPES",
    },
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "config.api.schema.add_error_component"],
}
