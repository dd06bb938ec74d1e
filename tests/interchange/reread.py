"""Prints as JSON what the real inspect_ai reads in a log: python reread.py LOG"""

import json
import sys

from inspect_ai.log import read_eval_log, read_eval_log_sample_summaries

log = read_eval_log(sys.argv[1])
body = log.model_dump(mode="json")
body["completions"] = [sample.output.completion for sample in log.samples or []]
body["stop_reasons"] = [sample.output.choices and sample.output.stop_reason for sample in log.samples or []]
if sys.argv[1].endswith(".eval"):
    body["summaries"] = [one.model_dump(mode="json") for one in read_eval_log_sample_summaries(sys.argv[1])]
print(json.dumps(body))
