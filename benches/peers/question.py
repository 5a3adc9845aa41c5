"""The question that every program of the comparison answers, and nothing else.

Of twelve calls that destroy or blind: for each account, how many of each succeeded and how
many were denied? Printed as CSV (account_id,event_name,succeeded,denied), rows in any order,
calls without either left out.
"""

# (event source, event name as recorded, event name without the API date that Lambda appends).
CALLS = [
    ("cloudformation.amazonaws.com", "DeleteStack", "DeleteStack"),
    ("cloudtrail.amazonaws.com", "StopLogging", "StopLogging"),
    ("dynamodb.amazonaws.com", "DeleteTable", "DeleteTable"),
    ("ec2.amazonaws.com", "DeleteSnapshot", "DeleteSnapshot"),
    ("ec2.amazonaws.com", "DeleteVolume", "DeleteVolume"),
    ("ec2.amazonaws.com", "TerminateInstances", "TerminateInstances"),
    ("iam.amazonaws.com", "DeleteRole", "DeleteRole"),
    ("kms.amazonaws.com", "ScheduleKeyDeletion", "ScheduleKeyDeletion"),
    ("lambda.amazonaws.com", "DeleteFunction20150331", "DeleteFunction"),
    ("logs.amazonaws.com", "DeleteLogGroup", "DeleteLogGroup"),
    ("rds.amazonaws.com", "DeleteDBInstance", "DeleteDBInstance"),
    ("s3.amazonaws.com", "DeleteBucket", "DeleteBucket"),
]

# An error code that holds one of these says that the caller was not allowed to.
DENIALS = [
    "AccessDenied",
    "UnauthorizedOperation",
    "UnauthorizedAccess",
    "NotAuthorized",
    "AuthorizationError",
    "VpceAccessDenied",
    "Forbidden",
]

HEADER = "account_id,event_name,succeeded,denied"

# The objects of a dump that hold records, below its folder.
OBJECTS = "**/*.json.gz"

# For engines that speak SQL.
SQL_CALLS = ", ".join(f"('{source}', '{recorded}')" for source, recorded, _ in CALLS)
SQL_DENIAL = "|".join(DENIALS)


def print_rows(rows):
    """Prints (account, name, succeeded, denied) rows as the answer."""
    print(HEADER)
    for row in rows:
        print(*row, sep=",")
