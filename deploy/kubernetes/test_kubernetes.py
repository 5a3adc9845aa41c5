"""The manifests: valid for Kubernetes, tightly confined, and their commands give the report of one run.

No cluster is needed: the schemas come with the package kubernetes-validate, and the commands are
run here as they stand in the manifests, once for each completion index.
"""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import kubernetes_validate
import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from one_machine import DEMO, program, sums, sums_of_one_run

# The oldest version in which `backoffLimitPerIndex` is stable, and the newest that the package has.
VERSIONS = ["1.33", kubernetes_validate.latest_version()]


def documents():
    """Each resource of each manifest."""
    found = []
    for path in sorted(HERE.glob("*.yaml")):
        found += [(path.name, one) for one in yaml.safe_load_all(path.read_text())]
    return found


def job(name):
    return next(one for _, one in documents() if one["kind"] == "Job" and one["metadata"]["name"] == name)


def container(job):
    return job["spec"]["template"]["spec"]["containers"][0]


def setting(job, name):
    return next(one["value"] for one in container(job)["env"] if one["name"] == name)


class Kubernetes(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = Path(scratch.name)

    def test_manifests_are_valid(self):
        kinds = [one["kind"] for _, one in documents()]
        self.assertEqual(sorted(kinds), ["Job", "Job", "NetworkPolicy"] + ["PersistentVolumeClaim"] * 2)
        for version in VERSIONS:
            for _, one in documents():
                kubernetes_validate.validate(one, version, strict=True)

    def test_what_is_misspelt_is_not_valid(self):
        wrong = job("devtrail-ingest")
        wrong["spec"]["completionsMode"] = "Indexed"
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)

    def test_pods_are_confined(self):
        policy = next(one for _, one in documents() if one["kind"] == "NetworkPolicy")["spec"]
        self.assertEqual((policy["ingress"], policy["egress"]), ([], []))
        for name in ["devtrail-ingest", "devtrail-analyze"]:
            template = job(name)["spec"]["template"]
            self.assertEqual(template["metadata"]["labels"], policy["podSelector"]["matchLabels"])
            self.assertFalse(template["spec"]["automountServiceAccountToken"])
            self.assertTrue(template["spec"]["securityContext"]["runAsNonRoot"])
            one = container(job(name))
            self.assertTrue(one["securityContext"]["readOnlyRootFilesystem"])
            self.assertFalse(one["securityContext"]["allowPrivilegeEscalation"])
            self.assertEqual(one["securityContext"]["capabilities"], {"drop": ["ALL"]})
            self.assertEqual(set(one["resources"]["limits"]), {"cpu", "memory", "ephemeral-storage"})
            mounts = {mount["name"]: mount for mount in one["volumeMounts"]}
            self.assertTrue(mounts["dump"]["readOnly"])
            self.assertEqual(setting(job(name), "THREADS"), one["resources"]["limits"]["cpu"])

    def test_claims_and_mounts_belong_together(self):
        claims = {one["metadata"]["name"]: one["spec"]["accessModes"]
                  for _, one in documents() if one["kind"] == "PersistentVolumeClaim"}
        self.assertEqual(claims, {"devtrail-dump": ["ReadOnlyMany"], "devtrail-case": ["ReadWriteMany"]})
        for name in ["devtrail-ingest", "devtrail-analyze"]:
            volumes = job(name)["spec"]["template"]["spec"]["volumes"]
            used = [one["persistentVolumeClaim"]["claimName"] for one in volumes if "persistentVolumeClaim" in one]
            self.assertEqual(sorted(used), sorted(claims))
            self.assertEqual({one["name"] for one in volumes},
                             {mount["name"] for mount in container(job(name))["volumeMounts"]})

    def test_each_index_is_a_part(self):
        ingest = job("devtrail-ingest")["spec"]
        self.assertEqual(ingest["completionMode"], "Indexed")
        self.assertEqual(str(ingest["completions"]), setting(job("devtrail-ingest"), "PARTS"))

    def test_the_commands_give_the_report_of_one_run(self):
        expected = sums_of_one_run(self.folder / "single")
        for index in range(5):
            self.run_container("devtrail-ingest", JOB_COMPLETION_INDEX=str(index), PARTS="5")
        self.run_container("devtrail-analyze")
        self.assertEqual(sums(self.folder / "report"), expected)

    def test_a_part_that_fails_fails_its_pod(self):
        (self.folder / "case").write_text("no folder")
        run = self.run_container("devtrail-ingest", check=False, JOB_COMPLETION_INDEX="0", PARTS="5")
        self.assertEqual(run.returncode, 4, run.stderr)

    def run_container(self, name, check=True, **settings):
        """Runs the command of a manifest, with its settings but for folders of this machine."""
        one = container(job(name))
        here = {"DUMP": str(DEMO), "CASE": str(self.folder / "case"), "OUT": str(self.folder / "report"),
                "TMPDIR": str(self.folder)}
        named = {entry["name"]: here.get(entry["name"], entry["value"]) for entry in one["env"]}
        folder = self.folder / "bin"
        folder.mkdir(exist_ok=True)
        if not (folder / "devtrail").exists():
            (folder / "devtrail").symlink_to(program())
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", **named, **settings}
        return subprocess.run([*one["command"], *one["args"]], env=environment, check=check,
                              capture_output=True, text=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
