"""The few words that the dashboards are written in.

A panel is a function call; a dashboard is a list of rows of panels. Positions
and ids follow from the order, so that nobody counts grid cells by hand.

In queries `$scope` stands for the matchers that every selector needs (which
scrape job, which cluster); a dashboard says what it is, and it is put in as
text, because Grafana's variables hold values, not matchers.
"""

DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

# What a status looks like is the same on every dashboard. By colour alone
# nobody needs to tell them apart: legends and cells carry the word.
STATUS_COLORS = {
    "UP": "green",
    "DEGRADED": "yellow",
    "STARTING": "blue",
    "DRAINING": "purple",
    "OFFLINE": "#808080",
    "LOST": "red",
    "LEFT": "#b8b8b8",
}

NONE_IS_GOOD = [(None, "green"), (1, "red")]
NONE_IS_BETTER = [(None, "green"), (1, "orange")]
ONE_IS_GOOD = [(None, "red"), (1, "green")]
PLAIN = [(None, "text")]


def _thresholds(steps):
    return {"mode": "absolute",
            "steps": [{"value": value, "color": color} for value, color in steps]}


def _targets(queries, instant):
    """`queries`: PromQL, or a list of (PromQL, legend)."""
    if isinstance(queries, str):
        queries = [(queries, "")]
    targets = []
    for index, (expr, legend) in enumerate(queries):
        target = {"datasource": DATASOURCE, "refId": chr(ord("A") + index),
                  "expr": expr, "legendFormat": legend or "__auto"}
        if instant:
            target.update(instant=True, range=False)
        targets.append(target)
    return targets


def _panel(kind, title, description, queries, *, unit, width, height,
           instant=False, steps=PLAIN, options=None, custom=None, overrides=(),
           mappings=(), decimals=None, low=None, high=None, links=()):
    defaults = {"unit": unit, "thresholds": _thresholds(steps),
                "color": {"mode": "thresholds"}, "mappings": list(mappings)}
    if custom is not None:
        defaults["custom"] = custom
    for key, value in (("decimals", decimals), ("min", low), ("max", high)):
        if value is not None:
            defaults[key] = value
    if links:
        defaults["links"] = list(links)
    return {"type": kind, "title": title, "description": description,
            "datasource": DATASOURCE,
            "gridPos": {"w": width, "h": height, "x": 0, "y": 0},
            "targets": _targets(queries, instant),
            "fieldConfig": {"defaults": defaults, "overrides": list(overrides)},
            "options": options or {}}


def stat(title, description, query, *, unit="none", steps=PLAIN, width=4,
         height=4, text="value", mappings=(), decimals=None, links=()):
    """One number, or with text="name" the legend of the series that are 1."""
    return _panel(
        "stat", title, description, query, unit=unit, width=width,
        height=height, instant=True, steps=steps, mappings=mappings,
        decimals=decimals, links=links,
        options={"colorMode": "value", "graphMode": "none",
                 "justifyMode": "auto", "orientation": "auto",
                 "textMode": text, "wideLayout": True,
                 "reduceOptions": {"calcs": ["lastNotNull"], "fields": "",
                                   "values": False}})


def lines(title, description, queries, *, unit="none", width=12, height=8,
          stack=False, low=0, high=None, overrides=(), steps_only=False,
          legend=("lastNotNull",)):
    custom = {"drawStyle": "line", "lineWidth": 1, "showPoints": "never",
              "spanNulls": False,
              "lineInterpolation": "stepAfter" if steps_only else "linear",
              "fillOpacity": 60 if stack else 5,
              "stacking": {"mode": "normal" if stack else "none", "group": "A"}}
    panel = _panel(
        "timeseries", title, description, queries, unit=unit, width=width,
        height=height, custom=custom, overrides=overrides, low=low, high=high,
        options={"legend": {"displayMode": "table", "placement": "bottom",
                            "showLegend": True, "calcs": list(legend)},
                 "tooltip": {"mode": "multi", "sort": "desc"}})
    panel["fieldConfig"]["defaults"]["color"] = {"mode": "palette-classic"}
    return panel


def by_status(title, description, query, **more):
    """Stacked lines, one a status, in its colour."""
    return lines(title, description, [(query, "{{status}}")], stack=True,
                 steps_only=True, overrides=status_colors(), **more)


def status_colors():
    return [{"matcher": {"id": "byName", "options": status},
             "properties": [{"id": "color",
                             "value": {"mode": "fixed", "fixedColor": color}}]}
            for status, color in STATUS_COLORS.items()]


def states(title, description, queries, *, mappings, width=24, height=6,
           unit="none"):
    """Coloured bars over time; `mappings` say what a number means."""
    return _panel(
        "state-timeline", title, description, queries, unit=unit, width=width,
        height=height, mappings=[value_map(mappings)],
        custom={"lineWidth": 0, "fillOpacity": 80},
        options={"mergeValues": True, "showValue": "auto", "rowHeight": 0.9,
                 "legend": {"displayMode": "list", "placement": "bottom",
                            "showLegend": False},
                 "tooltip": {"mode": "single", "sort": "none"}})


def bars(title, description, query, legend, *, unit, width=12, height=8,
         low=0, high=None, steps=PLAIN):
    return _panel(
        "bargauge", title, description, [(query, legend)], unit=unit,
        width=width, height=height, instant=True, low=low, high=high,
        steps=steps,
        options={"displayMode": "basic", "orientation": "horizontal",
                 "showUnfilled": True, "valueMode": "color",
                 "reduceOptions": {"calcs": ["lastNotNull"], "fields": "",
                                   "values": False}})


def heatmap(title, description, query, *, unit="s", width=12, height=8):
    """Of a histogram: `query` gives increases by `le`."""
    panel = _panel(
        "heatmap", title, description, [(query, "{{le}}")], unit=unit,
        width=width, height=height,
        options={"calculate": False, "cellGap": 1,
                 "color": {"mode": "scheme", "scheme": "Oranges", "steps": 64},
                 "yAxis": {"unit": unit, "axisPlacement": "left"},
                 "tooltip": {"mode": "single", "yHistogram": True}})
    panel["targets"][0]["format"] = "heatmap"
    return panel


def table(title, description, columns, *, by, width=12, height=8, links=None):
    """Rows are what `by` names (a list of labels). `columns` maps a heading to
    (PromQL, unit) or (PromQL, unit, steps); each query has the labels of `by`
    and perhaps more, which become columns too."""
    panel = _panel(
        "table", title, description,
        [(column[0], heading) for heading, column in columns.items()],
        unit="none", width=width, height=height, instant=True,
        custom={"align": "auto", "cellOptions": {"type": "auto"},
                "filterable": True},
        options={"showHeader": True, "cellHeight": "sm"})
    rename, overrides = {}, []
    for target, (heading, column) in zip(panel["targets"], columns.items()):
        target["format"] = "table"
        # Grafana calls the value of query A so, unless there is only one.
        value = f"Value #{target['refId']}" if len(columns) > 1 else "Value"
        rename[value] = heading
        properties = [{"id": "unit", "value": column[1]}]
        if len(column) > 2:
            properties += [
                {"id": "thresholds", "value": _thresholds(column[2])},
                {"id": "custom.cellOptions", "value": {"type": "color-text"}}]
        overrides.append({"matcher": {"id": "byName", "options": heading},
                          "properties": properties})
    for label, link in (links or {}).items():
        overrides.append({"matcher": {"id": "byName", "options": label},
                          "properties": [{"id": "links", "value": [link]}]})
    panel["fieldConfig"]["overrides"] = overrides
    panel["transformations"] = [
        {"id": "merge", "options": {}},
        {"id": "organize",
         "options": {"excludeByName": {"Time": True},
                     "indexByName": {label: i for i, label in enumerate(by)},
                     "renameByName": rename}}]
    return panel


def value_map(meanings):
    """{0: ("no", "green")} as a mapping of values."""
    return {"type": "value",
            "options": {str(value): {"text": text, "color": color, "index": i}
                        for i, (value, (text, color))
                        in enumerate(meanings.items())}}


YES_IS_GOOD = {1: ("yes", "green"), 0: ("no", "red")}
YES_IS_BAD = {0: ("no", "green"), 1: ("yes", "red")}


def query_variable(name, label, query, description, *, multi=True, all_value=".+"):
    variable = {
        "type": "query", "name": name, "label": label,
        "description": description, "datasource": DATASOURCE,
        "definition": query, "query": {"query": query, "refId": name},
        # On every change of the time range: names come and go.
        "refresh": 2, "sort": 1, "hide": 0, "multi": multi,
        "includeAll": multi, "regex": "", "skipUrlSync": False, "options": [],
        "current": {"text": ["All"], "value": ["$__all"]} if multi else {}}
    if multi and all_value is not None:
        # Without it Grafana takes every value that there is.
        variable["allValue"] = all_value
    return variable


def datasource_variable():
    return {"type": "datasource", "name": "datasource", "label": "Data source",
            "description": "The Prometheus that scrapes rosterd.",
            "query": "prometheus", "refresh": 1, "hide": 0, "multi": False,
            "includeAll": False, "regex": "", "skipUrlSync": False,
            "options": [], "current": {}}


def annotation(name, expr, title, text, color):
    """Marks over all panels. Where the series goes on, Grafana draws a region
    from its first to its last sample."""
    return {"name": name, "datasource": DATASOURCE, "enable": True,
            "hide": False, "iconColor": color,
            # What Prometheus's data source reads.
            "expr": expr, "step": "",
            "titleFormat": title, "textFormat": text, "tagKeys": "",
            "useValueForTime": False,
            "target": {"expr": expr, "refId": "Anno"}}


def dashboard(*, uid, title, description, scope, variables, rows,
              annotations=()):
    """`rows`: a list of (heading, panels), laid out from left to right."""
    panels, y, number = [], 0, 1
    for heading, row in rows:
        panels.append({"type": "row", "title": heading, "collapsed": False,
                       "panels": [], "id": number,
                       "gridPos": {"x": 0, "y": y, "w": 24, "h": 1}})
        number += 1
        y += 1
        x = height = 0
        for panel in row:
            place = panel["gridPos"]
            if x + place["w"] > 24:
                y, x, height = y + height, 0, 0
            place.update(x=x, y=y)
            panel["id"] = number
            panels.append(panel)
            number += 1
            x += place["w"]
            height = max(height, place["h"])
        y += height
    document = {
        "uid": uid, "title": title, "description": description,
        "tags": ["roster-mixin"], "editable": False, "graphTooltip": 1,
        # Grafana 10's: a newer Grafana brings a dashboard up to its own
        # version when it loads it, an older one cannot go back.
        "schemaVersion": 39, "version": 1, "timezone": "browser",
        "refresh": "30s", "time": {"from": "now-6h", "to": "now"},
        "timepicker": {}, "fiscalYearStartMonth": 0, "weekStart": "",
        "links": [{"type": "dashboards", "title": "Roster", "icon": "external link",
                   "tags": ["roster-mixin"], "asDropdown": True,
                   "includeVars": True, "keepTime": True, "targetBlank": False,
                   "tooltip": "The other dashboards of Roster", "url": ""}],
        "annotations": {"list": list(annotations)},
        "templating": {"list": [datasource_variable(), *variables]},
        "panels": panels}
    return _put_in_scope(document, scope)


def _put_in_scope(value, scope):
    if isinstance(value, dict):
        return {key: _put_in_scope(item, scope) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_in_scope(item, scope) for item in value]
    return value.replace("$scope", scope) if isinstance(value, str) else value
