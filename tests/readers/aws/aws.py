"""The real AWS command line with the network taken away.

Arguments are parsed, parameters checked and answers printed by awscli itself;
only the request is not sent: what would come back is told here. A call that is
not told of fails. `amscm` has the few shapes in the folder beside this file.
"""

import datetime
import gzip
import io
import json
import os
import sys

os.environ.update(
    AWS_ACCESS_KEY_ID="none",
    AWS_SECRET_ACCESS_KEY="none",
    AWS_EC2_METADATA_DISABLED="true",
    AWS_DATA_PATH=os.path.dirname(os.path.abspath(__file__)),
)
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from awscli.clidriver import create_clidriver  # noqa: E402
from botocore.response import StreamingBody  # noqa: E402

ACCOUNT = "111122223333"


def ago(days):
    """A time as the service spells it."""
    time = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


DIGEST = (
    f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/eu-west-1/2026/01/12/"
    f"{ACCOUNT}_CloudTrail-Digest_eu-west-1_t_eu-west-1_20260112T060000Z.json.gz"
)
# What every object of the bucket holds.
OBJECT = gzip.compress(b'{"Records": []}', mtime=0)
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/t"
ROLE = {
    "Path": "/",
    "RoleName": "AWSManagedServicesDevelopmentRole",
    "RoleId": "AROAEXAMPLEEXAMPLE001",
    "Arn": f"arn:aws:iam::{ACCOUNT}:role/AWSManagedServicesDevelopmentRole",
    "CreateDate": "2026-01-10T08:00:00+00:00",
}
PAGES = {None: ("second", [1, 2]), "second": ("third", [3]), "third": (None, [4, 5])}


def rfc(number, whole):
    """An RFC, or its summary."""
    fields = {
        "RfcId": f"00000000-0000-4000-8000-{number:012}",
        "ChangeTypeId": "ct-3rd4781c2nnhp",
        "ChangeTypeVersion": "1.0",
        "Title": f"RFC {number}",
        "Status": {"Id": "Success", "Name": "Success"},
        "CreatedBy": f"arn:aws:sts::{ACCOUNT}:assumed-role/R/rita",
        "CreatedTime": f"202601{number:02}T060000Z",
    }
    return fields | ({"ExecutionParameters": "{}"} if whole else {})


def list_rfcs(params):
    token, numbers = PAGES[params.get("NextToken")]
    return {"NextToken": token, "RfcSummaries": [rfc(number, False) for number in numbers]}


ANSWERS = {
    "ListObjectsV2": lambda _: {
        "Contents": [
            {"Key": key, "LastModified": ago(days), "Size": len(OBJECT), "ETag": '"0123"'}
            for key, days in [
                (DIGEST, 0),
                (DIGEST.replace("2026", "2020"), 9),
                (DIGEST.replace("-Digest", ""), 0),
            ]
        ]
    },
    "GetObject": lambda _: {
        "Body": StreamingBody(io.BytesIO(OBJECT), len(OBJECT)),
        "ContentLength": len(OBJECT),
        "ETag": '"0123"',
    },
    "PutObject": lambda _: {"ETag": '"0123"'},
    "HeadObject": lambda params: {
        "ETag": '"0123"',
        "Metadata": {"signature": "ab" * 256, "signature-algorithm": "SHA256withRSA"},
    },
    "ListPublicKeys": lambda _: {"PublicKeyList": []},
    "DescribeTrails": lambda _: {
        "trailList": [{"Name": "t", "S3BucketName": "b", "HomeRegion": "eu-west-1", "TrailARN": TRAIL}]
    },
    "GetTrailStatus": lambda _: {
        "IsLogging": True,
        "LatestDeliveryTime": ago(0),
        "StartLoggingTime": ago(99),
    },
    "GetEventSelectors": lambda _: {
        "TrailARN": TRAIL,
        "EventSelectors": [
            {"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}
        ],
    },
    "GetAccountAuthorizationDetails": lambda _: {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [ROLE],
        "Policies": [],
        "IsTruncated": False,
    },
    "GenerateCredentialReport": lambda _: {"State": "COMPLETE"},
    "GetCredentialReport": lambda _: {
        "Content": b"user,arn,user_creation_time\n",
        "ReportFormat": "text/csv",
        "GeneratedTime": ago(0),
    },
    "GetCallerIdentity": lambda _: {"Account": ACCOUNT, "Arn": ROLE["Arn"], "UserId": "x"},
    "ListAccounts": lambda _: {
        "Accounts": [
            {
                "Id": ACCOUNT,
                "Arn": f"arn:aws:organizations::{ACCOUNT}:account/o-exampleorg1/{ACCOUNT}",
                "Email": "shop@example.com",
                "Name": "shop",
                "Status": "ACTIVE",
            }
        ]
    },
    "ListRfcSummaries": list_rfcs,
    "GetRfc": lambda params: {"Rfc": rfc(int(params["RfcId"][-12:]), True)},
}


class Answered:
    """What botocore asks of a response that came over the network."""

    status_code = 200


def answer(model, params, context, **_):
    body = params.get("body")
    given = json.loads(body) if isinstance(body, (bytes, str)) and body[:1] in (b"{", "{") else {}
    return Answered(), ANSWERS[model.name](given) | {"ResponseMetadata": {"HTTPStatusCode": 200}}


driver = create_clidriver()
driver.session.register("before-call", answer)
sys.exit(driver.main())
