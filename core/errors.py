"""The one exception a person is meant to read."""


class UserError(Exception):
    """Something a person can put right: one clear sentence saying what was wrong, where, and what to do.

    Pages show it as it is, the command line prints it and exits with code 2.
    """
