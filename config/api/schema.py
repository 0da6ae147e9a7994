"""How the API describes itself (A1): OpenAPI 3.1 at /v1/schema, with headers, errors and scopes that every view shares."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from config.api.permissions import SCOPES

ERROR_BODY = {
    "type": "object",
    "required": ["error", "message", "trace_id", "details"],
    "properties": {
        "error": {"type": "string", "description": "Stable code"},
        "message": {"type": "string"},
        "trace_id": {"type": "string"},
        "details": {"type": "object", "additionalProperties": True},
    },
}
READ_ERRORS = {
    400: "The request is not valid",
    401: "No valid token",
    403: "Scope or network missing",
    404: "Not found, or not yours",
    429: "Too many",
    503: "Our database can't be reached, or our disk takes no file: send it again after Retry-After, a write with the same key",
}
WRITE_ERRORS = {
    409: "Idempotency or state conflict",
    413: "The body is too large",
    415: "Not JSON",
    422: "Refused by a rule of the business; `error` says which",
}
TRACE_HEADER = OpenApiParameter("X-Trace-Id", str, OpenApiParameter.HEADER, description="Made if absent, always returned")
KEY_HEADER = OpenApiParameter(
    "X-Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 200}, OpenApiParameter.HEADER, description="Names this write"
)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "config.api.authentication.BearerTokenAuthentication"
    name = "oauth2"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        scope = getattr(auto_schema.view, "required_scopes", {}).get(auto_schema.method)
        return {self.name: [scope] if scope else []}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        flow = {"tokenUrl": "/oauth/token", "scopes": SCOPES}
        return {"type": "oauth2", "description": "EdDSA JWT, 15 minutes", "flows": {"clientCredentials": flow}}


class ApiSchema(AutoSchema):
    """Adds what is the same for all: trace and idempotency headers, the error envelope."""

    def is_write(self) -> bool:
        return bool(getattr(getattr(self.view, self.method.lower(), None), "is_idempotent", False))

    def get_override_parameters(self) -> list[Any]:
        shared = [TRACE_HEADER, KEY_HEADER] if self.is_write() else [TRACE_HEADER]
        return [*super().get_override_parameters(), *shared]

    def get_operation_id(self) -> str:
        """A GET of a plural is a list; it must not share its name with the GET of one."""
        name: str = super().get_operation_id()
        is_list = self.method == "GET" and self.path.rstrip("/").endswith("s") and name.endswith("_retrieve")
        return f"{name.removesuffix('_retrieve')}_list" if is_list else name

    def get_tags(self) -> list[str]:
        parts = [part for part in self.path.split("/") if part and part != "v1"]
        return parts[:1]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        errors = READ_ERRORS | WRITE_ERRORS if self.method != "GET" else READ_ERRORS
        for status, meaning in errors.items():
            if str(status) not in bodies:
                answer = OpenApiResponse(ERROR_BODY, description=meaning)
                bodies[str(status)] = self._get_response_for_code(answer, str(status))  # type: ignore[no-untyped-call]
        return bodies


def add_error_component(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Post-processing: one named component for the error envelope, and every error answer refers to it."""
    components = result.setdefault("components", {}).setdefault("schemas", {})
    components["Error"] = ERROR_BODY
    for operations in result["paths"].values():
        for operation in operations.values():
            for status, response in operation.get("responses", {}).items():
                if status.startswith(("4", "5")):
                    content = response.get("content", {}).get("application/json")
                    if content is not None and content.get("schema") == ERROR_BODY:
                        content["schema"] = {"$ref": "#/components/schemas/Error"}
    return result
