"""/v1/reconciliation/…"""

from django.urls import path

from reconciliation.api.views import CaseListView, CaseView, CloseListView, FileListView, FileView, RunListView

urlpatterns = [
    path("reconciliation/cases", CaseListView.as_view(), name="case-list"),
    path("reconciliation/cases/<str:case_id>", CaseView.as_view(), name="case"),
    path("reconciliation/runs", RunListView.as_view(), name="run-list"),
    path("reconciliation/closes", CloseListView.as_view(), name="close-list"),
    path("reconciliation/files", FileListView.as_view(), name="file-list"),
    path("reconciliation/files/<str:file_id>", FileView.as_view(), name="file"),
]
