"""The product's addresses and POST /bench/row."""

from django.urls import path

from bench.site.bare import RowView
from config.urls import urlpatterns as product

urlpatterns = [path("bench/row", RowView.as_view()), *product]
