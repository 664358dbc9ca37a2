"""The seven role clusters of the MOF Team Model: what each is for and how one knows that it does well."""
