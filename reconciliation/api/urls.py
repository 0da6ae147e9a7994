"""/v1/reconciliation/…"""

from django.urls import path

from reconciliation.api.closes import CloseBreaksView, CloseBundleView, CloseFileView, CloseMartView, CloseView, ProvisionalCloseListView
from reconciliation.api.views import CaseListView, CaseView, CloseListView, FileListView, FileView, RunListView

urlpatterns = [
    path("reconciliation/cases", CaseListView.as_view(), name="case-list"),
    path("reconciliation/cases/<str:case_id>", CaseView.as_view(), name="case"),
    path("reconciliation/runs", RunListView.as_view(), name="run-list"),
    path("reconciliation/closes", CloseListView.as_view(), name="close-list"),
    path("reconciliation/closes/<str:close_id>", CloseView.as_view(), name="close"),
    path("reconciliation/closes/<str:close_id>/bundle", CloseBundleView.as_view(), name="close-bundle"),
    path("reconciliation/closes/<str:close_id>/files/<str:name>", CloseFileView.as_view(), name="close-file"),
    path("reconciliation/closes/<str:close_id>/breaks", CloseBreaksView.as_view(), name="close-breaks"),
    path("reconciliation/closes/<str:close_id>/marts/<str:name>", CloseMartView.as_view(), name="close-mart"),
    path("reconciliation/provisional-closes", ProvisionalCloseListView.as_view(), name="provisional-close-list"),
    path("reconciliation/files", FileListView.as_view(), name="file-list"),
    path("reconciliation/files/<str:file_id>", FileView.as_view(), name="file"),
]
