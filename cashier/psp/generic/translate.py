"""From a generic provider's words to ours: the plain form of cashier.psp.objects, in our own decline codes."""

from functools import partial

from cashier.psp import objects
from cashier.psp.generic.codes import DECLINE_CODES

read_payment = partial(objects.read_payment, codes=DECLINE_CODES)
read_movement = partial(objects.read_movement, codes=DECLINE_CODES)
read_refusal = partial(objects.read_refusal, codes=DECLINE_CODES)
read_lookup = partial(objects.read_lookup, codes=DECLINE_CODES)
