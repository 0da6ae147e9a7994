"""POST /oauth/token: client credentials in, a signed access token out (A2). Nothing about a token is stored."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.common import Request as OAuthRequest

from config.api.throttling import count_in_window, seconds_left
from config.api.tokens import issue_token, public_keys

FAILURES_PER_MINUTE = 20


def make_access_token(request: OAuthRequest, refresh_token: bool = False) -> str:
    """ACCESS_TOKEN_GENERATOR: the signed token for an authenticated client and the scopes it was granted."""
    return issue_token(client_id=request.client.client_id, scopes=list(request.scopes))


class ClientCredentialsValidator(OAuth2Validator):  # type: ignore[misc]
    """Only the client credentials grant, only the scopes that the client has; its tokens are not stored (they verify themselves)."""

    def validate_grant_type(self, client_id: str, grant_type: str, client: Any, request: OAuthRequest, *args: Any, **kwargs: Any) -> bool:
        return grant_type == "client_credentials" and bool(client.is_active)

    def get_default_scopes(self, client_id: str, request: OAuthRequest, *args: Any, **kwargs: Any) -> list[str]:
        return list(request.client.scopes.split())

    def validate_scopes(self, client_id: str, scopes: list[str], client: Any, request: OAuthRequest, *args: Any, **kwargs: Any) -> bool:
        return bool(scopes) and set(scopes) <= set(client.scopes.split())

    def save_bearer_token(self, token: dict[str, Any], request: OAuthRequest, *args: Any, **kwargs: Any) -> None:
        return None


@method_decorator([csrf_exempt, never_cache, sensitive_post_parameters("client_secret")], name="dispatch")
class TokenView(OAuthLibMixin, View):  # type: ignore[misc]
    """Issues tokens; a caller that keeps failing is told to wait (429), so that secrets can't be guessed."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        name = f"token_failures:{request.META.get('REMOTE_ADDR', '')}"
        if count_in_window(name, step=0) >= FAILURES_PER_MINUTE:
            body = {"error": "slow_down", "error_description": "Too many failed requests."}
            return JsonResponse(body, status=429, headers={"Retry-After": str(round(seconds_left()) + 1)})
        _, headers, body, status = self.create_token_response(request)
        if status == 401:
            count_in_window(name)
        return HttpResponse(body, status=status, headers={"Content-Type": "application/json", **headers})


def jwks(request: HttpRequest) -> HttpResponse:
    """GET /oauth/jwks: the public keys that verify our tokens."""
    return HttpResponse(json.dumps(public_keys()), content_type="application/json")
