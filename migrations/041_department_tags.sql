-- A second token of the département, made with the report's id: whoever has the key tells
-- by it which of the reports that share the six bits are of a département, and opens no
-- other. It says nothing to anybody else: two alike have nothing in common. Null until a
-- list has shown the report, also where an office of an older version showed it.
alter table report_grants add column department_tag smallint;
grant update (department_tag) on report_grants to recueil_office;

---- create above / drop below ----

alter table report_grants drop column department_tag;
