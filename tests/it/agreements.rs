//! The agreements' files held against the documents: every value of a file is one of the table below, with the clause it
//! comes from, or stands in the file's `assumed`.
//!
//! A row is read as TOML: what it is of, its values, and behind the `#` where the document says so. Lists are known by the
//! id of their items; a ladder's levels by its id and their number. What is not in a row and not assumed fails, and so does
//! a row whose value a file lost. An example file keeps all that is agreed, and assumes the rest.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use toml::{Table, Value};
use uurwerk::contracts;
use uurwerk::documents::text;
use uurwerk::reports::layout::agreement;

use crate::on_both_databases;
use crate::support::Desk;

const COVIDE: &str = r#"
version = "1.0" # title page
title = "Service Level Overeenkomst Covide CRM" # title page
effective_from = 2017-12-01 # title page: 1 December 2017
time_zone = "Europe/Amsterdam" # 7.1
phone = "+31342-490364" # 4.2
phone_hours = "phone" # 4.2 (SUP-02)
case_portal = "on_request" # 4.3.1 (TKT-18)
points_of_contact.0 = { label.nl = "Customer Care", phone = "+313432-450930", to_be_confirmed = "Het nummer heeft een cijfer te veel." } # 4.3.1 (SUP-18, AMB-27)
points_of_contact.1 = { label.nl = "Customer Care per e-mail", mail = "support@covide.nl" } # 4.3.1 (SUP-18)
contacts.most = 3 # 5, 9.1 (SUP-13, SUP-14)
contacts.role = "functioneel-beheerder" # 9.1 (SUP-14, ROLE-10)
functional_administration.by = "client" # 5 (SUP-15)
calendars.support = { hours = { mon-fri = ["08:00-17:00"] } } # 7.1 (CAL-04)
calendars.phone = { hours = { mon-fri = ["08:00-18:00"] } } # 4.2 (CAL-04)
priorities.urgent = { rank = 1, label.nl = "Urgent", definition.nl = "Werken is onmogelijk: een of meer primaire onderdelen zijn niet beschikbaar en medewerkers van de klant worden ernstig gehinderd in hun werk.", types = ["incident"] } # 7.1 (PRI-02)
priorities.high = { rank = 2, label.nl = "Hoog", definition.nl = "Het werk wordt gehinderd: een of meer secundaire onderdelen zijn niet beschikbaar; beperkt uitstel is mogelijk.", types = ["incident"] } # 7.1 (PRI-03)
priorities.medium = { rank = 3, label.nl = "Medium", definition.nl = "Er is een manier om eromheen te werken en er is slechts beperkte hinder; uitstel van herstel is aanvaardbaar.", types = ["incident"] } # 7.1 (PRI-04)
priorities.low = { rank = 4, label.nl = "Laag", definition.nl = "Normaal werken is mogelijk en uitstel is mogelijk; het moment van herstel wordt met de klant afgesproken en kan dagen, weken of maanden later liggen.", types = ["incident"] } # 7.1 (PRI-05)
clocks.0 = { kind = "response", types = ["incident"], tier = "premium", goals = [{ within = "4h" }] } # 7.1 (CLK-06)
clocks.1 = { kind = "response", types = ["incident"], tier = "business", goals = [{ within = "8h" }] } # 7.1 (CLK-06)
clocks.2 = { kind = "response", types = ["incident"], tier = "basic", goals = [{ within = "48h" }] } # 7.1 (CLK-06)
clocks.3 = { kind = "resolution", types = ["incident"], priority = "urgent", calendar = "support", goals = [{ share = 90, under = "4h" }, { share = 99.9, under = "6h" }] } # 7.1 (CLK-03)
clocks.4 = { kind = "resolution", types = ["incident"], priority = "high", calendar = "support", goals = [{ share = 90, under = "1wd" }, { share = 99.9, under = "2wd" }] } # 7.1 (CLK-03)
clocks.5 = { kind = "resolution", types = ["incident"], priority = "medium", calendar = "support", goals = [{ share = 90, under = "5wd" }, { share = 99.9, under = "10wd" }] } # 7.1: 1 and 2 weeks (CLK-03, AMB-15)
clocks.6 = { kind = "resolution", types = ["incident"], priority = "low", calendar = "support", goals = [{ share = 90, under = "15wd" }, { share = 99.9, under = "3mo" }] } # 7.1: 3 weeks and 3 months (CLK-03, AMB-15)
clocks.7 = { kind = "response", goals = [{ share = 90, by = "3wd" }, { by = "5wd" }], answered_by = ["reply"] } # 9.1 (RFS-05, KPI-34)
roles.functioneel-beheerder = { side = "client", label.nl = "Functioneel beheerder" } # 5, 9.1 (ROLE-10)
roles.applicatiebeheerder = { side = "client", label.nl = "Applicatiebeheerder" } # 9.2 (MNT-06)
roles.servicemanager = { side = "client", label.nl = "Servicemanager" } # 6.2 (ROLE-10)
roles.customer-care = { side = "supplier", label.nl = "Customer Care" } # 4.3 (ROLE-10)
roles.accountmanager = { side = "supplier", label.nl = "Accountmanager" } # 6.2 (ROLE-10)
obligations.aankondiging-grote-update = { title.nl = "Aankondiging van een grote update aan de applicatiebeheerders", clause = "COVIDE 9.2", on = "grote-update-gepland", due = "3wd before" } # 9.2 (MNT-06)
obligations.vervolggesprek = { title.nl = "Vervolggesprek over de overschreden oplostijden", clause = "COVIDE 7.3", on = "incidentoverleg", due = "1mo" } # 7.3 (CRED-02)
"#;

const DAP: &str = r#"
records_handling = true # 3.7 (KPI-30)
handled_alone = 80 # 3.7 (KPI-30)
told_of_progress = ["functioneel-beheerder-ka"] # 3.7, annex 1 (TKT-06, ROLE-02)
phone_hours = "support" # 3.7 (SUP-02)
services.cloud = { code = "cloud", label.nl = "Clouddiensten" } # 2, 3.2 (INC-01, CMDB-07)
services.netwerk = { code = "netwerk", label.nl = "Netwerk en infrastructuur" } # 2, 3.2 (INC-01, CMDB-07)
services.applicaties = { code = "applicaties", label.nl = "Applicaties" } # 2, 3.2 (INC-01, CMDB-07)
services.laptops = { code = "laptops", label.nl = "Laptops" } # 2, 3.2 (INC-01, CMDB-07)
services.telefoons = { code = "telefoons", label.nl = "Telefoons" } # 2, 3.2 (INC-01, CMDB-07)
services.printers = { code = "printers", label.nl = "Printers en scanners" } # 2, 3.2 (INC-01, CMDB-07)
services.av-middelen = { code = "av-middelen", label.nl = "AV-middelen en werkplekaccessoires" } # 2, 3.2 (INC-01, CMDB-07)
services.hardware-op-locatie = { code = "hardware-op-locatie", label.nl = "Hardware op locatie" } # 2, 3.2 (INC-01, CMDB-07)
parts.0 = { type = "change_request", part = "test_report", before = ["implemented"] } # 3.1 (CHG-04)
decisions.0 = { question = "acceptance", before = ["implemented"] } # 3.1 (CHG-04)
decisions.1 = { question = "approval", by = ["client", "supplier"] } # 3.6 (CHG-05)
long_open.0 = { types = ["incident", "problem", "service_request", "information_request", "proposal_request", "change_request"], calendar = "support" } # 3.5, 4.2 (TKT-11)
response_teams.it = { code = "it", label.nl = "IT" } # 3.12.3 (INC-14)
response_teams.juridisch = { code = "juridisch", label.nl = "Juridisch" } # 3.12.3 (INC-14)
response_teams.pr = { code = "pr", label.nl = "PR" } # 3.12.3 (INC-14)
catalogue.toegang = { code = "toegang", label.nl = "Toegang verlenen of intrekken" } # 3.5.3 (RFS-01)
catalogue.nieuwe-omgeving = { code = "nieuwe-omgeving", label.nl = "Nieuwe (gedeelde) mailbox, SharePoint-site of Teams-omgeving" } # 3.5.3 (RFS-01)
catalogue.installatie = { code = "installatie", label.nl = "Goedgekeurde applicatie of licentie installeren" } # 3.5.3 (RFS-01)
catalogue.gebruiksvraag = { code = "gebruiksvraag", label.nl = "Vraag over het gebruik van applicaties of hardware" } # 3.5.3 (RFS-01)
catalogue.gebruikersbeheer = { code = "gebruikersbeheer", label.nl = "Gebruiker aanmaken of verwijderen" } # 3.5.3 (RFS-01)
catalogue.microsoft-dienst = { code = "microsoft-dienst", label.nl = "(Nieuwe) Microsoft-dienst aan- of uitzetten" } # 3.5.3 (RFS-01)
catalogue.instroom = { code = "instroom", label.nl = "Instroom" } # 3.13 (RFS-03)
catalogue.doorstroom = { code = "doorstroom", label.nl = "Doorstroom" } # 3.13 (RFS-03)
catalogue.uitstroom = { code = "uitstroom", label.nl = "Uitstroom" } # 3.13 (RFS-03)
title = "Dossier Afspraken & Procedures kantoorautomatisering" # title page
supplier_levels = ["operational", "tactical", "strategic"] # 4.1 (ROLE-03)
signs_role_changes = true # 4.1 (ROLE-05)
second_factor = true # 3.12.2 (IAM-07)
always_told.security = ["information-security-officer", "ciso"] # 3.5.1 (INC-11)
always_told.privacy = ["privacy-officer"] # 3.5.1 (INC-12)
clients.ipo = { name = "Vereniging IPO" } # title page
calendars.backup = { hours = { mon-fri = ["00:00-24:00"] }, holidays = "none" } # 3.14 (CAL-06)
calendars.on-site = { hours = { tue = ["08:00-13:00"] } } # 3.7.1 (SUP-04)
priorities.p1 = { rank = 1, label.nl = "P1", types = ["incident"] } # 3.5.1 (PRI-01, PRI-10)
priorities.p2 = { rank = 2, label.nl = "P2", types = ["incident"] } # 3.5.1 (PRI-01, PRI-10)
priorities.p3 = { rank = 3, label.nl = "P3", types = ["incident"] } # 3.5.1 (PRI-01, PRI-10)
clocks.0 = { kind = "response", types = ["incident"], priority = "p1", calendar = "support" } # 3.5.1, 3.7 (CLK-01, CLK-02)
clocks.1 = { kind = "response", types = ["incident"], priority = "p2", calendar = "support" } # 3.5.1, 3.7 (CLK-01, CLK-02)
clocks.2 = { kind = "response", types = ["incident"], priority = "p3", calendar = "support" } # 3.5.1, 3.7 (CLK-01, CLK-02)
clocks.3 = { kind = "resolution", types = ["incident"], priority = "p1", calendar = "support" } # 3.5.1, 3.7 (CLK-01, CLK-02)
clocks.4 = { kind = "resolution", types = ["incident"], priority = "p2", calendar = "support" } # 3.5.1, 3.7 (CLK-01, CLK-02)
clocks.5 = { kind = "resolution", types = ["incident"], priority = "p3", calendar = "support" } # 3.5.1, 3.7 (CLK-01, CLK-02)
clocks.6 = { kind = "response", types = ["problem", "service_request", "information_request", "proposal_request", "change_request"], calendar = "support" } # 3.7, 3.5 (AMB-04)
clocks.7 = { kind = "resolution", types = ["problem", "service_request", "information_request", "proposal_request", "change_request"], calendar = "support" } # 3.7, 3.5 (AMB-04)
roles.adviseur-facilitaire-zaken = { side = "client", label.nl = "Adviseur facilitaire zaken" } # annex 1 (ROLE-01)
roles.ciso = { side = "client", label.nl = "CISO" } # annex 1 (ROLE-01)
roles.contractmanager = { side = "client", label.nl = "Contractmanager" } # annex 1 (ROLE-01)
roles.coordinator-ka = { side = "client", label.nl = "Coördinator KA" } # annex 1 (ROLE-01)
roles.functioneel-beheerder-ka = { side = "client", label.nl = "Functioneel beheerder KA" } # annex 1 (ROLE-01)
roles.information-security-officer = { side = "client", label.nl = "Information Security Officer" } # annex 1 (ROLE-01)
roles.inkoop = { side = "client", label.nl = "Inkoop" } # annex 1 (ROLE-01)
roles.manager-bedrijfsvoering = { side = "client", label.nl = "Manager bedrijfsvoering" } # annex 1 (ROLE-01)
roles.privacy-officer = { side = "client", label.nl = "Privacy officer", origin = "DAP 3.5.1; niet in de rollenlijst van bijlage 1" } # 3.5.1 (AMB-64)
roles.servicemanager = { side = "client", label.nl = "Servicemanager" } # annex 1 (ROLE-01)
roles.systeembeheerder-ict = { side = "client", label.nl = "Systeembeheerder ICT" } # annex 1 (ROLE-01)
roles.technisch-beheerder-ka = { side = "client", label.nl = "Technisch beheerder KA" } # annex 1 (ROLE-01)
roles.leverancier-operationeel = { side = "supplier", label.nl = "Leverancier, operationeel" } # 4.1 (ROLE-03)
roles.leverancier-tactisch = { side = "supplier", label.nl = "Leverancier, tactisch" } # 4.1 (ROLE-03)
roles.leverancier-strategisch = { side = "supplier", label.nl = "Leverancier, strategisch" } # 4.1 (ROLE-03)
subjects.tickets = { label.nl = "Tickets", roles = ["functioneel-beheerder-ka"] } # annex 1 (ROLE-02)
subjects.infrastructuur = { label.nl = "Infrastructuur, netwerk en werkomgeving", roles = ["technisch-beheerder-ka"] } # annex 1 (ROLE-02)
subjects.informatiebeveiliging = { label.nl = "Informatiebeveiliging", roles = ["information-security-officer", "ciso"] } # annex 1 (ROLE-02)
subjects.privacy = { label.nl = "Privacy", roles = ["privacy-officer"] } # annex 1 (ROLE-02)
subjects.sla-dap-rapportage = { label.nl = "SLA, DAP en rapportage", roles = ["servicemanager"] } # annex 1 (ROLE-02)
subjects.scope = { label.nl = "Scope: meer- en minderwerk", roles = ["manager-bedrijfsvoering", "coordinator-ka"] } # annex 1 (ROLE-02)
subjects.gebruik-contract = { label.nl = "Gebruik van het contract", roles = ["contractmanager"] } # annex 1 (ROLE-02)
subjects.opdracht-facturatie = { label.nl = "Opdracht en facturatie", roles = ["inkoop"] } # annex 1 (ROLE-02)
subjects.opdracht-budget-financien = { label.nl = "Opdracht, budget en financiën", roles = ["coordinator-ka"] } # annex 1 (ROLE-02)
subjects.facilitair = { label.nl = "Facilitaire zaken", roles = ["adviseur-facilitaire-zaken"] } # annex 1 (ROLE-02)
ladders.dap.types = ["incident", "problem", "service_request", "information_request", "proposal_request", "change_request"] # 3.5, 4.6
ladders.dap.opens = "registration" # 4.6 (ESC-05)
ladders.dap.1 = { title.nl = "Routine", client = ["functioneel-beheerder-ka"], climb = [{ when = "breached", clock = "resolution" }, { when = "decided", code = "afspraak-niet-nageleefd" }], mode = "automatic" } # 4.6 (ESC-05, ESC-25)
ladders.dap.2 = { title.nl = "Specialistische hulp", client = ["servicemanager"], climb = [{ when = "level-open", calendar = "support" }, { when = "decided", code = "niet-oplosbaar-met-hulp" }], mode = "automatic" } # 4.6 (ESC-06, ESC-25)
ladders.dap.3 = { title.nl = "Complex, dienstverlening verstoord", client = ["coordinator-ka", "servicemanager"], climb = [{ when = "decided", code = "te-brede-impact" }, { when = "decided", code = "geen-oplossing" }] } # 4.6 (ESC-07)
ladders.dap.4 = { title.nl = "Kritiek, crisis", client = ["manager-bedrijfsvoering"] } # 4.6 (ESC-08)
obligations.overzicht-actieve-gebruikers = { title.nl = "Overzicht van alle actieve gebruikers", clause = "DAP 3.4.1", every = "month", due = "last wd" } # 3.4.1 (USR-02)
obligations.maandrapportage = { title.nl = "Maandrapportage servicemanagement", clause = "DAP 3.5", every = "month" } # 3.5 (RPT-01, RPT-08)
obligations.exitplan-bijwerken = { title.nl = "Exitplan bijgewerkt", clause = "DAP 4.2", every = "half-year", due = "0d" } # 4.2 (EXIT-11)
obligations.verbeterplan-exitplan = { title.nl = "Verbeterplan na afwijzing van het exitplan", clause = "DAP 3.16", on = "exitplan-afgewezen", due = "14wd" } # 3.16 (EXIT-10)
obligations.tijdafwijking-hersteld = { title.nl = "Afwijkende tijd van een systeem hersteld", clause = "DAP 3.12.2", on = "tijdafwijking-gesignaleerd", due = "1wd" } # 3.12.2 (SEC-05)
obligations.bewustwordingskalender = { title.nl = "Jaarkalender van de bewustwordingscampagnes", clause = "DAP 3.12.4", every = "year", due = "1y before" } # 3.12.4 (RPT-24)
obligations.bewustwordingsrapportage = { title.nl = "Rapportage over de bewustwordingscampagnes met de score", clause = "DAP 3.12.4", every = "year" } # 3.12.4 (RPT-24)
obligations.beveiligingsprocedures-herzien = { title.nl = "Beveiligingsprocedures herzien", clause = "DAP 3.12.5", every = "year", due = "0d" } # 3.12.5 (SEC-10)
obligations.hersteltest = { title.nl = "Test van de herstelprocedures", clause = "DAP 3.14", every = "year", due = "0d" } # 3.14 (BCK-15)
obligations.operationeel-overleg = { title.nl = "Operationeel overleg", clause = "DAP 4.2", every = "week", due = "0d" } # 4.2 (MTG-05)
obligations.tactisch-overleg = { title.nl = "Tactisch overleg", clause = "DAP 4.2", every = "month", due = "0d" } # 4.2 (MTG-06)
obligations.strategisch-overleg = { title.nl = "Strategisch overleg", clause = "DAP 4.2", every = "year", due = "0d" } # 4.2 (MTG-07)
obligations.jaarrooster-op-locatie = { title.nl = "Jaarrooster van de dinsdagen op locatie", clause = "DAP 3.7.1", every = "year", due = "1y before" } # 3.7.1 (SUP-06)
obligations.bezoek-op-locatie = { title.nl = "Servicedesk op locatie, om en om in Den Haag en Utrecht", clause = "DAP 3.7.1", every = "week", due = "5d before" } # 3.7.1 (SUP-04, SUP-05)
obligations.account-wissen = { title.nl = "Account en gegevens van een vertrokken medewerker definitief gewist", clause = "DAP 3.13.3", on = "account-inactief", due = "3mo" } # 3.13.3 (IDU-04, IDU-05)
obligations.hersteltest-na-de-vorige = { title.nl = "Test van de herstelprocedures, een jaar na de vorige", clause = "DAP 3.14", on = "hersteltest-uitgevoerd", due = "1y" } # 3.14 (BCK-15)
obligations.hersteltest-na-grote-wijziging = { title.nl = "Test van de herstelprocedures na een grote wijziging", clause = "DAP 3.14", on = "grote-wijziging" } # 3.14 (BCK-19, CHG-09)
"#;

const BLG: &str = r#"
version = "0.3" # version list: concept, 15-06-2026
title = "Programma voor Beginnend Leidinggevenden bij de Rijksoverheid" # title page
only_types = ["incident", "service_request", "change_request"] # 1.6 (TKT-15)
types.incident = { label.nl = "incident" } # 1.6 (TKT-15)
types.service_request = { label.nl = "gebruikersvraag" } # 1.6 (TKT-15)
types.change_request = { label.nl = "wens" } # 1.6 (TKT-15)
kinds.incident = { type = "incident", code = "incident", label.nl = "incident" } # 1.6 (TKT-15)
kinds.gebruikersvraag = { type = "service_request", code = "gebruikersvraag", label.nl = "gebruikersvraag" } # 1.6 (TKT-15)
kinds.wens = { type = "change_request", code = "wens", label.nl = "wens" } # 1.6 (TKT-15)
parts.0 = { type = "incident", part = "finding", before = ["in_progress"] } # 1.6 (INC-16)
calendars.office = { hours = { mon-fri = ["08:30-17:30"] }, holidays = "nl-termijnenwet" } # 1.6 (CAL-01, CAL-02)
roles.categoriemanager = { side = "client", label.nl = "Categoriemanager V&PO" } # 4, 4.1 (ROLE-06)
roles.strategische-klantenraad = { side = "client", label.nl = "Strategische klantenraad" } # 4, 4.1 (ROLE-06)
roles.tactische-klantenraad-1 = { side = "client" } # 4, 4.1 (ROLE-06)
roles.tactische-klantenraad-2 = { side = "client" } # 4, 4.1 (ROLE-06)
roles.contractmanager-strategisch = { side = "client", label.nl = "Strategisch contractmanager V&PO" } # 4, 4.1 (ROLE-06)
roles.programmabureau = { side = "client", label.nl = "Programmabureau O&P Rijk" } # 4, 4.1 (ROLE-06)
roles.deelnemende-organisatie = { side = "client", label.nl = "Deelnemende organisatie" } # 4 (ROLE-07)
roles.contactpersoon = { side = "client", label.nl = "Contactpersoon", each_client = true } # 1.6 (ROLE-12)
roles.management-organisatie = { side = "client", label.nl = "Management deelnemende organisatie" } # 4.4 (ESC-14)
roles.cdi-office = { side = "client", label.nl = "CDI-office" } # 4.4 (ESC-15)
roles.programmacoordinator = { side = "supplier", label.nl = "Programmacoördinator" } # 4, 4.1 (ROLE-06)
roles.klachtenfunctionaris = { side = "supplier", label.nl = "Klachtenfunctionaris" } # 4.4 (CMP-05)
roles.management-opdrachtnemer = { side = "supplier", label.nl = "Management opdrachtnemer" } # 4.4 (ESC-14)
ladders.blg.opens = [{ when = "decided", code = "klacht" }, { when = "decided", code = "klacht-rijksbreed" }, { when = "decided", code = "structureel-probleem" }] # 4.4 (CMP-01, ESC-11, ESC-12)
ladders.blg.1 = { title.nl = "Deelnemende organisatie en programmabureau", client = ["deelnemende-organisatie", "programmabureau"], climb = { structureel-probleem = { when = "decided", code = "structureel-probleem" } }, skipped_by = ["klacht-rijksbreed", "structureel-probleem"] } # 4.4 (ESC-10, ESC-11, ESC-12)
ladders.blg.2 = { title.nl = "Strategisch contractmanager", client = ["contractmanager-strategisch"], climb = [{ when = "decided", code = "niet-opgelost" }] } # 4.4 (ESC-13)
ladders.blg.3 = { title.nl = "Categoriemanager", client = ["categoriemanager", "management-organisatie"], supplier = ["management-opdrachtnemer"], climb = [{ when = "decided", code = "niet-opgelost" }, { when = "decided", code = "ontevreden-over-werkwijze-categorie" }] } # 4.4 (ESC-14, ESC-15)
ladders.blg.4 = { title.nl = "CDI-office", client = ["cdi-office"], raised_by = ["client", "supplier"] } # 4.4 (ESC-15)
obligations.oplossing-klacht = { title.nl = "Oplossing van een klacht melden", clause = "BLG 4.4", owner = "klachtenfunctionaris", on = "klacht-gemeld", due = "7wd" } # 4.4 (CMP-02, CMP-05)
obligations.kwartaalrapportage = { title.nl = "Kwartaalrapportage", clause = "BLG 3.1", every = "quarter", due = "day 15" } # 3.1 (RPT-09)
obligations.operationeel-overleg = { title.nl = "Operationeel overleg", clause = "BLG 4.3", every = "month", due = "0d" } # 4.3 (MTG-03)
obligations.strategisch-overleg = { title.nl = "Strategisch contractmanagementoverleg", clause = "BLG 4.2", due = "0d" } # 4.2 (MTG-02)
obligations.rapportagesjabloon = { title.nl = "Conceptsjabloon voor de rapportage", clause = "BLG 3.1", on = "gunning", due = "2mo" } # 3.1 (RPT-15)
obligations.resultaten-delen = { title.nl = "Geanonimiseerde resultaten delen", clause = "BLG 3.2", on = "programma-afgerond", due = "5wd" } # 3.2 (KPI-10)
obligations.verbeterplan = { title.nl = "Verbeterplan na twee gemiste kwartalen", clause = "BLG 3.2", on = "norm-tweemaal-gemist", due = "10wd" } # 3.2 (KPI-13)
obligations.gegevens-vernietigen = { title.nl = "Gegevens vernietigen, ook in back-ups", clause = "BLG 5.3", on = ["ontvangst-bevestigd", "afgezien-van-overdracht"], due = "1mo" } # 5.3 (EXIT-04)
obligations.vernietiging-bevestigen = { title.nl = "Vernietiging schriftelijk bevestigen", clause = "BLG 5.3", on = "gegevens-vernietigd", due = "14d" } # 5.3 (EXIT-05)
"#;

const FIETS: &str = r#"
version = "1.2" # title page: 5 November 2025
title = "SLA, KPI's & Sancties leasefietsen" # title page
clients.belastingdienst = { name = "Belastingdienst" } # 2.3 (KTO-02)
clients.ministerie-ienw = { name = "MinIenW" } # 2.3 (KTO-02)
clients.ministerie-bzk = { name = "MinBZK" } # 2.3 (KTO-02)
clients.rechtspraak = { name = "Rechtspraak" } # 2.3 (KTO-02)
clients.dji = { name = "DJI" } # 2.3 (KTO-02)
roles.decentraal-contractmanager = { side = "client", label.nl = "Decentraal contractmanager" } # 5.1 (ROLE-08)
roles.categorie = { side = "client", label.nl = "Categorie" } # 5.1 (ROLE-08)
roles.categoriemanager = { side = "client", label.nl = "Categoriemanager" } # 5.1 (ROLE-08)
roles.strategische-klantenraad = { side = "client", label.nl = "Strategische Klantenraad Vervoer" } # 5.1 (ROLE-08)
roles.accountteam = { side = "supplier", label.nl = "Accountteam" } # 5.1 (ROLE-08)
roles.manager-dienstverlening = { side = "supplier", label.nl = "Manager dienstverlening" } # 5.1 (ROLE-08)
roles.eindverantwoordelijk-management = { side = "supplier", label.nl = "Eindverantwoordelijk management" } # 5.1 (ROLE-08)
ladders.fiets.opens = [{ when = "decided", code = "parameter-gemist" }, { when = "decided", code = "parameter-dreigt-gemist" }] # 5.1 (ESC-17)
ladders.fiets.1 = { title.nl = "Deelnemer en accountteam", client = ["decentraal-contractmanager", "categorie"], raised_by = ["client"], supplier = ["accountteam"], climb = [{ when = "decided", code = "te-weinig-resultaat" }], closing_needs = ["measures", "results", "lessons"] } # 5.1 (ESC-17, ESC-18, ESC-21)
ladders.fiets.2 = { title.nl = "Categorie en manager dienstverlening", client = ["categorie"], raised_by = ["client"], supplier = ["manager-dienstverlening"], climb = [{ when = "decided", code = "te-weinig-resultaat" }], closing_needs = ["measures", "results", "lessons"] } # 5.1 (ESC-18, ESC-19, ESC-21)
ladders.fiets.3 = { title.nl = "Categoriemanager en eindverantwoordelijk management", client = ["categoriemanager"], raised_by = ["client"], supplier = ["eindverantwoordelijk-management"], closing_needs = ["measures", "results", "lessons"] } # 5.1 (ESC-19, ESC-21)
obligations.isv-actieplan = { title.nl = "Actieplan ISV", clause = "FIETS 2.1.1", on = "ingang-overeenkomst", due = "6mo" } # 2.1.1 (KPI-18)
obligations.isv-jaarrapportage = { title.nl = "Jaarrapportage ISV", clause = "FIETS 2.1.1", every = "year" } # 2.1.1 (KPI-20)
obligations.social-return-uitvoering = { title.nl = "Uitvoering van het plan social return begonnen", clause = "FIETS 2.1.2", on = "plan-social-return-goedgekeurd", due = "3mo" } # 2.1.2 (KPI-22)
obligations.social-return-jaarrapportage = { title.nl = "Jaarrapportage social return", clause = "FIETS 2.1.2", every = "year" } # 2.1.2 (KPI-24)
obligations.circulariteit-beoordeling = { title.nl = "Eerste beoordeling circulariteit", clause = "FIETS 2.1.3", on = "ondertekening-overeenkomst", due = "1y" } # 2.1.3 (KPI-26)
obligations.circulariteit-volgende-beoordeling = { title.nl = "Volgende beoordeling circulariteit", clause = "FIETS 2.1.3", on = "circulariteit-beoordeeld", due = "6mo" } # 2.1.3 (KPI-26)
obligations.circulariteit-halfjaarrapportage = { title.nl = "Halfjaarrapportage circulariteit", clause = "FIETS 2.1.3", every = "half-year" } # 2.1.3 (KPI-26, RPT-19)
obligations.leverbetrouwbaarheid-verbeterd = { title.nl = "Verbeteringen leverbetrouwbaarheid uitgevoerd", clause = "FIETS 2.2", on = "maand-onder-de-norm", due = "day 31" } # 2.2 (KPI-28)
obligations.klanttevredenheid-eerste-meting = { title.nl = "Eerste meting klanttevredenheid", clause = "FIETS 2.3", on = "ingang-overeenkomst", due = "9mo" } # 2.3 (KTO-01)
obligations.klanttevredenheid-volgende-meting = { title.nl = "Volgende meting klanttevredenheid", clause = "FIETS 2.3", on = "klanttevredenheid-gemeten", due = "1y" } # 2.3 (KTO-01)
obligations.gebruikersgroep = { title.nl = "Gebruikersgroep", clause = "FIETS 5.1", every = "quarter", due = "0d" } # 5.1 (MTG-08)
obligations.verbetering-na-stap-2 = { title.nl = "Verbetering na stap 2", clause = "FIETS 5.2", on = "stap-2-besproken", due = "3mo" } # 5.2 (SIP-11)
obligations.managementoverleg = { title.nl = "Overleg met het managementteam", clause = "FIETS 6", on = "verzoek-managementoverleg", due = "2w" } # 6 (STEP-02)
obligations.managementoverleg-beoordeeld = { title.nl = "Beoordeling na het managementoverleg; zo nodig een tweede", clause = "FIETS 6", on = "managementoverleg-gehouden", due = "30d" } # 6 (STEP-03)
"#;

const LEVMAN: &str = r#"
title = "Service Level Management" # title of the table
roles.slm = { side = "client", label.nl = "Service level manager (SLM)" } # 1-4, 6, 7, 9, 11, 13-18 (ROLE-09)
roles.diensteigenaar = { side = "client", label.nl = "Diensteigenaar" } # 4, 6, 10, 14, 15, 17 (ROLE-09)
roles.productmanager = { side = "client", label.nl = "Productmanager, namens de diensteigenaar" } # 10, 14 (ROLE-09)
roles.inkoop = { side = "client", label.nl = "Inkoop" } # 1 (ROLE-09)
roles.leverancier = { side = "supplier", label.nl = "Leverancier" } # 5, 8, 12, 17 (ROLE-09)
"#;

/// A file, what is agreed, and what of that an example fills in otherwise.
const FILES: [(&str, &str, &[&str]); 8] = [
    ("covide", COVIDE, &[]),
    ("dap", DAP, &[]),
    // The supplier names its contacts at three levels (DAP 4.1); the example has named them.
    ("dap-example", DAP, &["roles.leverancier-operationeel", "roles.leverancier-tactisch", "roles.leverancier-strategisch"]),
    ("blg", BLG, &[]),
    ("blg-example", BLG, &[]),
    ("fiets", FIETS, &[]),
    ("fiets-example", FIETS, &[]),
    ("levman", LEVMAN, &[]),
];

/// One value of a file.
struct Leaf {
    /// As `assumed` writes it: `obligations.3.due`.
    key: String,
    /// As the table writes it: `obligations.verbeterplan.due`.
    name: String,
    value: String,
}

fn leaves(value: &Value, key: &str, name: &str, found: &mut Vec<Leaf>) {
    let under = |at: &str, step: &str| if at.is_empty() { step.to_owned() } else { format!("{at}.{step}") };
    match value {
        Value::Table(table) => {
            for (step, inner) in table {
                let name = if step == "levels" { name.to_owned() } else { under(name, step) };
                leaves(inner, &under(key, step), &name, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for (place, item) in items.iter().enumerate() {
                let id = ["id", "organisation", "level", "code"].into_iter().find_map(|id| item.get(id));
                let step = id.map_or_else(|| place.to_string(), |id| id.to_string().trim_matches('"').to_owned());
                leaves(item, &under(key, &place.to_string()), &under(name, &step), found);
            }
        }
        value => found.push(Leaf { key: key.to_owned(), name: name.to_owned(), value: value.to_string() }),
    }
}

fn leaves_of(text: &str) -> (Table, Vec<Leaf>) {
    let table: Table = text.parse().expect("it is TOML");
    let mut found = Vec::new();
    leaves(&Value::Table(table.clone()), "", "", &mut found);
    (table, found)
}

/// The desk's own words: what tells things apart, translations, and on which calendar of the file a duty counts.
fn is_of_the_desk(name: &str) -> bool {
    let (first, last) = (name.split('.').next(), name.rsplit('.').next());
    first == Some("assumed")
        || matches!(last, Some("id" | "organisation" | "level" | "en"))
        || (first == Some("obligations") && last == Some("calendar"))
}

fn is_within(key: &str, of: &str) -> bool {
    key.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// What is wrong with the text of a file, by the table of its agreement.
fn differences(text: &str, agreed: &str, replaced: &[&str]) -> Vec<String> {
    let (file, own) = leaves_of(text);
    let own: Vec<_> = own.into_iter().filter(|leaf| !is_of_the_desk(&leaf.name)).collect();
    let assumed: Vec<_> = file.get("assumed").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let is_assumed = |key: &str| assumed.iter().any(|of| is_within(key, of));
    let rows: BTreeMap<String, String> = leaves_of(agreed).1.into_iter().map(|leaf| (leaf.name, leaf.value)).collect();
    let mut wrong = Vec::new();
    for Leaf { key, name, value } in &own {
        match rows.get(name) {
            _ if value == "\"unknown\"" && !is_assumed(key) && !rows.contains_key(name) => {}
            Some(agreed) if agreed == value || is_assumed(key) => {}
            Some(agreed) => wrong.push(format!("{key}: {value}, and the document says {agreed}")),
            None if is_assumed(key) => {}
            None => wrong.push(format!("{key}: {value} is in no document and not assumed")),
        }
    }
    let is_kept =
        |name: &&String| own.iter().any(|leaf| leaf.name == **name) || is_assumed(name) || replaced.iter().any(|of| is_within(name, of));
    wrong.extend(rows.keys().filter(|name| !is_kept(name)).map(|name| format!("{name}: {} is lost", rows[name])));
    wrong
}

fn text_of(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/contracts").join(format!("{name}.toml"));
    std::fs::read_to_string(file).expect("it is there")
}

#[test]
fn every_value_of_an_agreement_is_the_documents_or_said_to_be_assumed() {
    let wrong: Vec<_> = FILES
        .iter()
        .flat_map(|(name, agreed, replaced)| {
            differences(&text_of(name), agreed, replaced).into_iter().map(move |line| format!("{name}.toml: {line}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What a draft says is held to the letter, whatever of it is a reading.
#[test]
fn nothing_that_is_agreed_differs_because_it_is_assumed() {
    for (name, agreed, _) in FILES.iter().filter(|(name, ..)| !name.ends_with("-example")) {
        let rows: BTreeMap<String, String> = leaves_of(agreed).1.into_iter().map(|leaf| (leaf.name, leaf.value)).collect();
        for leaf in leaves_of(&text_of(name)).1 {
            assert!(rows.get(&leaf.name).is_none_or(|agreed| *agreed == leaf.value), "{name}.toml: {}: {}", leaf.key, leaf.value);
        }
    }
}

#[test]
fn every_row_of_the_table_has_its_clause() {
    for (_, agreed, _) in FILES {
        for row in agreed.lines().filter(|row| !row.is_empty()) {
            assert!(row.rsplit_once(" # ").is_some_and(|(_, clause)| !clause.trim().is_empty()), "{row}");
        }
    }
}

/// The table would see it: a value changed, one made up, one lost, one left open that is agreed.
#[test]
fn a_value_that_strays_from_its_document_is_named() {
    let covide = text_of("covide");
    let strays = |from: &str, to: &str| {
        assert_eq!(covide.matches(from).count(), 1, "{from}");
        differences(&covide.replace(from, to), COVIDE, &[])
    };
    assert_eq!(strays("under = \"6h\"", "under = \"7h\""), ["clocks.3.goals.1.under: \"7h\", and the document says \"6h\""]);
    assert_eq!(
        strays("due = \"3wd before\"", "due = \"unknown\""),
        ["obligations.0.due: \"unknown\", and the document says \"3wd before\""]
    );
    assert_eq!(
        strays("rank = 1\n", "rank = 1\nmotivation = \"required\"\n"),
        ["priorities.urgent.motivation: \"required\" is in no document and not assumed"]
    );
    assert_eq!(strays("under = \"1wd\"", "within = \"1wd\"").len(), 2, "one made up and one lost");
    assert_eq!(
        strays("[roles.accountmanager]                       # COVIDE 6.2\nside = \"supplier\"\n", "[roles.accountmanager]\n"),
        ["roles.accountmanager.side: \"supplier\" is lost"]
    );
    assert_eq!(strays("    \"clocks.3.warn_at\",\n", ""), ["clocks.3.warn_at: [50, 75, 90] is in no document and not assumed"]);
}

/// The agreements at hand are drafts as long as they leave something open; their examples are in force.
#[test]
fn an_agreement_with_gaps_is_a_draft_and_its_example_is_in_force() {
    let read = |name: &str| contracts::parse(Path::new(name), &text_of(name));
    for name in ["dap", "blg", "fiets"] {
        let refused = read(name).expect_err("it leaves something open");
        assert!(refused.is_draft(), "{refused}");
        let example = read(&format!("{name}-example")).unwrap_or_else(|refused| panic!("{refused}"));
        assert!(!example.assumed.is_empty() && example.title.ends_with("(voorbeeldwaarden)"), "{name}");
    }
}

/// What `check` shows a contract manager, in words and not in the file's own.
#[test]
fn a_contract_manager_reads_what_starts_a_duty_what_skips_a_level_and_what_is_assumed() {
    let page = |name: &str| {
        let contract = contracts::parse(Path::new(name), &text_of(name)).unwrap_or_else(|refused| panic!("{refused}"));
        text::render(&agreement::document(&contract)).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let (blg, dap, covide) = (page("blg-example"), page("dap-example"), page("covide"));
    let told = [
        (&blg, "gebruikersvraag serviceverzoek"),
        (&blg, "(overgeslagen bij \"klacht-rijksbreed\", \"structureel-probleem\")"),
        (&blg, "na \"ontvangst-bevestigd\" of \"afgezien-van-overdracht\" binnen 1 maand"),
        (&blg, "obligations.3 owner, every, remind Strategisch contractmanagementoverleg"),
        (&dap, "elke week uiterlijk op dinsdag"),
        (&dap, "ladders.0.levels.1 supplier, climb.0.for dap, niveau 2"),
        (&dap, "8 u op dit niveau (support) of besluit \"niet-oplosbaar-met-hulp\" vanzelf of door een besluit"),
        (&covide, "vóór \"grote-update-gepland\" ten minste 3 werkdagen ervoor"),
        (&covide, "Functioneel beheerder opdrachtgever per klant"),
    ];
    for (page, words) in told {
        assert!(page.contains(words), "{words}: {page}");
    }
}

on_both_databases!(tkt_15_a_question_is_confirmed_in_the_agreements_own_word);

async fn tkt_15_a_question_is_confirmed_in_the_agreements_own_word(desk: &Desk) {
    let question = json!({ "type": "service_request", "contract": "blg-example", "organisation": "ministerie-voorbeeld",
        "title": "Wanneer begint de leergroep?", "channel": "portal",
        "requester": { "name": "Cas de Wit", "email": "cas@ministerie-voorbeeld.example" } });
    let number = desk.registers(&question).await;
    desk.passes("PT1M").await;
    let mails = desk.mails();
    let confirmation = mails.iter().find(|mail| mail.contains(&number) && mail.contains("cas@")).expect("a confirmation");
    assert!(confirmation.contains("gebruikersvraag") && !confirmation.contains("serviceverzoek"), "{confirmation}");
}
