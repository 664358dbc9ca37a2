"""Django's commands, as far as Septet changes them."""
