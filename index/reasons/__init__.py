"""Why a customer probably gets in touch, before the first word: learnt from the orders of past cases."""
