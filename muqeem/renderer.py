"""How forms are drawn: our own field and form, Django's widgets."""

from django.forms.renderers import TemplatesSetting


class PortalRenderer(TemplatesSetting):
    """Label, hint, error and control of every field, in this order."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
