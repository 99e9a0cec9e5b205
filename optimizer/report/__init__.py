"""Results as pages, documents and tables. Nothing here decides anything.

A result becomes a `Report` (`plan_page.plan_report`, `plan_checked.checks_report`, `scenario_page.scenario_report`,
`catalog_list`, `catalog_page`, `catalog_quality`), and `report.render` writes it in any of the `formats.Format`.
"""
