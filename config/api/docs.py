"""/v1/schema and /v1/docs: the description of the API, as a document and as a page (A1)."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny


class SchemaView(SpectacularAPIView):
    """OpenAPI 3.1 of the whole API; open to all, as it holds nothing but the contract."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI with its script in a request of its own, so that the policy without inline script holds."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    url_name = "api-schema"
