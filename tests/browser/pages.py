"""Every page of the product that the browser tests and `make shots` look at: name -> address."""

PAGES = {
    "today": "/today/",
    "today-due": "/today/due/today/?show=all",
    "today-measure": "/today/measure/order_accuracy/",
    "floor": "/floor/",
    "floor-abnormal": "/floor/?show=abnormal",
    "machine": "/floor/pack-3/",
    "machine-pieces": "/floor/saw-1/pieces/?days=30",
    "performance": "/performance/?window=shift",
    "performance-week": "/performance/?window=7-days",
    "performance-machine": "/performance/pack-3/?window=shift",
    "performance-reason": "/performance/reason/?kind=stop&reason=failure-mechanical&window=shift",
    "plant": "/plant/",
    "plant-edit": "/plant/edit/",
    "imports": "/import/",
    "memory": "/memory/",
    "register": "/city/register/",
    "towns": "/city/towns/?day=2025-12-31",
    "projects": "/city/projects/",
    "related": "/city/related/",
    "diagnosis": "/city/diagnosis/",
    "rules": "/city/rules/",
    "article": "/city/rules/loan-discount/?on=2024-01-01",
    "calculator": "/city/rules/loan-discount/calculator/?on=2024-01-01",
    "options": "/city/options/?asked=1&day=2024-06-30&equipment.net=8000000&loan.amount=5000000&loan.rates=4",
    "what-if": "/city/what-if/?v.share=0.5&v.cap_year=500000&from.cap_year=2024-01-01",
    "loans": "/city/loans/",
    "missing": "/floor/nowhere/",
}
PUBLIC = {"login": "/login/"}
"""Those one sees without signing in."""
