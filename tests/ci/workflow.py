# SPDX-License-Identifier: Apache-2.0
"""Runs the jobs of a GitHub workflow here: workflow.py WORKFLOW PROJECT FOLDER

What a step runs is run by bash, in a copy of PROJECT for each job: FOLDER/workspace, afterwards FOLDER/JOB.
Checkout and the artifacts are copied, other actions unknown. A line for each step, and what it said below it.
Of expressions it knows what the recipes of samples/ci use, and refuses others.
"""
import fnmatch
import glob
import itertools
import json
import os
import re
import shutil
import subprocess
import sys

import yaml


def evaluate(expression, context):
    """What stands between ${{ and }}, or in an if."""
    expression = expression.strip()
    files = re.fullmatch(r"hashFiles\('([^']*)'\) != ''", expression)
    if files:
        return bool(glob.glob(os.path.join(context["workspace"], files[1])))
    if expression == "always()":
        return True
    value = context
    for part in expression.split("."):
        if part not in value:
            sys.exit(f"workflow.py does not know '{expression}'")
        value = value[part]
    return value


def expand(text, context):
    return re.sub(r"\$\{\{(.*?)\}\}", lambda found: str(evaluate(found[1], context)), str(text))


def is_taken(path):
    """As GitHub's code scanning takes SARIF: all of a document, or nothing where a result has no place."""
    try:
        with open(path, encoding="utf-8") as file:
            results = [result for run in json.load(file)["runs"] for result in run["results"]]
        return all([place["physicalLocation"]["artifactLocation"]["uri"] for place in result["locations"]]
                   for result in results)
    except (OSError, ValueError, KeyError):
        return False


def copy(source, target):
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))


class Pipeline:
    def __init__(self, workflow, project, folder):
        self.workflow, self.project, self.folder = workflow, project, folder
        self.artifacts = os.path.join(folder, "artifacts")
        self.results = {}

    def use(self, action, given, workspace):
        """What an action does; None: it is not done here."""
        name = action.split("@")[0]
        if name == "actions/checkout":
            copy(self.project, workspace)
        elif name == "actions/upload-artifact":
            source, artifact = os.path.join(workspace, given["path"]), os.path.join(self.artifacts, given["name"])
            if os.path.isfile(source):
                os.makedirs(artifact, exist_ok=True)
                shutil.copy(source, artifact)
            elif os.path.isdir(source) and os.listdir(source):
                copy(source, artifact)
            else:
                return given.get("if-no-files-found") != "error"
        elif name == "actions/download-artifact":
            for artifact in fnmatch.filter(os.listdir(self.artifacts), given["pattern"]):
                copy(os.path.join(self.artifacts, artifact), os.path.join(workspace, given["path"]))
        elif name == "github/codeql-action/upload-sarif":
            return is_taken(os.path.join(workspace, given["sarif_file"]))
        else:
            return None
        return True

    def step(self, step, context, environment):
        """(word, what it said)"""
        workspace = context["workspace"]
        if "if" in step and not evaluate(step["if"], context):
            return "left out", ""
        if "uses" in step:
            given = {key: expand(value, context) for key, value in step.get("with", {}).items()}
            return {True: "ok", False: "failed", None: "unknown"}[self.use(step["uses"], given, workspace)], ""
        done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", expand(step["run"], context)], cwd=workspace,
                              env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              errors="replace", timeout=120, check=False)
        return ("failed" if done.returncode else "ok"), done.stdout

    def job(self, name, job, row, total):
        label = " ".join([name, *map(str, row.values())])
        workspace = os.path.join(self.folder, "workspace")  # the same for all jobs, as on their machines
        os.makedirs(workspace)
        context = {"workspace": workspace, "matrix": row, "strategy": {"job-total": total},
                   "vars": {"RTCTRACK_IMAGE": "none"},
                   "github": {"server_url": "https://github.com", "repository": "owner/repository", "sha": "0123abc"}}
        expand(job["container"], context)
        environment = dict(os.environ, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=workspace,
                           GITHUB_STEP_SUMMARY=os.path.join(workspace, "summary.md"))
        environment.update({key: expand(value, context) for key, value in job.get("env", {}).items()})
        failed = False
        for step in job["steps"]:
            word, said = "not reached", ""
            if not failed or step.get("if") == "always()":
                word, said = self.step(step, context, environment)
            failed |= word == "failed"
            print(f"{label}: {step.get('name', step.get('uses'))}: {word}")
            print(said, end="" if not said or said.endswith("\n") else "\n")
        os.rename(workspace, os.path.join(self.folder, label.replace(" ", "-")))
        return not failed

    def run(self):
        for name, job in self.workflow["jobs"].items():
            needs = job.get("needs", [])
            needs = [needs] if isinstance(needs, str) else needs
            if not all(self.results[other] for other in needs) and job.get("if") != "always()":
                print(f"{name}: not reached")
                continue
            axes = job.get("strategy", {}).get("matrix", {})
            rows = [dict(zip(axes, row)) for row in itertools.product(*axes.values())]
            self.results[name] = all([self.job(name, job, row, len(rows)) for row in rows])
        return all(self.results.values())


def main():
    path, project, folder = map(os.path.abspath, sys.argv[1:])
    with open(path, encoding="utf-8") as file:
        workflow = yaml.safe_load(file)
    sys.exit(0 if Pipeline(workflow, project, folder).run() else 1)


main()
