"""Words of Django's own that staff read, and others rarely. They are named here so that our catalogue says them in the portal's Arabic."""

from django.utils.translation import gettext_noop, ngettext_lazy

WORDS = (
    gettext_noop("Add"),
    gettext_noop("Add %(name)s"),
    gettext_noop("Add another %(verbose_name)s"),
    gettext_noop("Add link"),
    gettext_noop("Change or view list link"),
    gettext_noop("Model name"),
    gettext_noop("View"),
    gettext_noop("Delete"),
    gettext_noop("Remove"),
    gettext_noop("Filter"),
    gettext_noop("Clear all filters"),
    gettext_noop("Show all"),
    gettext_noop("Save and add another"),
    gettext_noop("Save and continue editing"),
    gettext_noop("Save as new"),
    gettext_noop("Save and view"),
    gettext_noop("No date"),
    gettext_noop("Has date"),
    gettext_noop("You don’t have permission to view or edit anything."),
    gettext_noop("Hold down “Control”, or “Command” on a Mac, to select more than one."),
    gettext_noop("Go"),
    gettext_noop("Run the selected action"),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("Enter a number."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a valid date."),
    gettext_noop("%(model_name)s with this %(field_label)s already exists."),
    # what was done
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("You may edit it again below."),
    gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    gettext_noop("The %(name)s “%(obj)s” was deleted successfully."),
    # how it came to be so
    gettext_noop("History"),
    gettext_noop("Change history: %s"),
    gettext_noop("Date/time"),
    gettext_noop("Action"),
    gettext_noop("Added."),
    gettext_noop("Added {name} “{object}”."),
    gettext_noop("Changed {fields}."),
    gettext_noop("Changed {fields} for {name} “{object}”."),
    gettext_noop("Deleted {name} “{object}”."),
    gettext_noop("No fields changed."),
    gettext_noop("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
    # whether it is to be deleted
    gettext_noop(
        'Are you sure you want to delete the %(object_name)s "%(escaped_object)s"? All of the following related items will be deleted:'
    ),
    gettext_noop(
        "Deleting the %(object_name)s '%(escaped_object)s' would result in deleting related objects, "
        "but your account doesn't have permission to delete the following types of objects:"
    ),
    gettext_noop("Deleting the %(object_name)s '%(escaped_object)s' would require deleting the following protected related objects:"),
    gettext_noop("Objects"),
    gettext_noop("Delete?"),
    gettext_noop("Yes, I’m sure"),
    gettext_noop("No, take me back"),
)

COUNTED = ngettext_lazy("Please correct the error below.", "Please correct the errors below.")
