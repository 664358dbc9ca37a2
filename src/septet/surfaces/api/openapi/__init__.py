"""The OpenAPI document, assembled from the registry: nothing in it is written down twice."""
