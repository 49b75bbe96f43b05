"""OpenFisca's web API over the means test of `openfisca.py`, for gunicorn: `gunicorn -w 1 web:application`."""

import openfisca
from openfisca_core.parameters import ParameterNode
from openfisca_web_api.app import create_app

system = openfisca.system()
system.parameters = ParameterNode("", data={"standard": {"values": {"2021-01-01": {"value": 623.0}}}})  # the web API wants one
application = create_app(system)
