"""What several dashboards share: scopes, variables, marks, phrases of PromQL."""

from panels import annotation, query_variable

# Every rosterd exports the whole view, so what is of a cluster is taken once:
# `max by (...)` over the rosterds.
CLUSTER = 'job=~"$job",cluster=~"$cluster"'


def job_variable():
    return query_variable("job", "Job", "label_values(roster_build_info, job)",
                          "Scrape jobs whose targets are rosterd.")


def cluster_variable(multi=True):
    return query_variable(
        "cluster", "Cluster",
        'label_values(roster_members{job=~"$job"}, cluster)',
        "Clusters, as rosterd calls them.", multi=multi)


def service_variable():
    # ".*": a member need not name its service.
    return query_variable(
        "service", "Service",
        'label_values(roster_members_by_service{job=~"$job",cluster=~"$cluster"}, service)',
        "Services that members name.", all_value=".*")


def info(labels="service,version,label_zone", where=""):
    """What members say of themselves, to be joined by group_left. Two rosterds
    may differ for a moment, and a join wants one series a member."""
    more = f",{where}" if where else ""
    return ("topk by (cluster, member) (1, max by (cluster, member, "
            + labels.replace(",", ", ")
            + ") (roster_member_info{$scope" + more + "}))")


def marks():
    return [
        annotation("Leader changes",
                   "roster_leader{$scope} == 1 and changes(roster_leader{$scope}[$__rate_interval]) > 0",
                   "New leader", "{{cluster}}: {{instance}} leads", "blue"),
        annotation("Drains",
                   "max by (cluster, member) (roster_member_held{$scope})",
                   "Held offline", "{{cluster}}/{{member}}", "purple"),
        annotation("Mass loss",
                   "max by (cluster) (roster_mass_loss_guard{$scope}) > 0",
                   "Mass loss", "{{cluster}}: very many members went at once", "red"),
    ]


def member_link():
    return {"title": "This member", "targetBlank": False,
            "url": "/d/roster-member?${datasource:queryparam}&${job:queryparam}"
                   "&var-cluster=${__data.fields.cluster}"
                   "&var-member=${__data.fields.member}&${__url_time_range}"}
