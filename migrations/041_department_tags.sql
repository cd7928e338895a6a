-- A second token of the département, made with the report's id: whoever has the key tells
-- by it which of the reports that share the six bits are of a département, and opens no
-- other. It says nothing to anybody else, since no two reports have one in common. It is
-- there once the six bits are; those of before are made anew as the reports are listed.
alter table report_grants add column department_tag smallint not null default 0;
grant update (department_tag) on report_grants to recueil_office;
update report_grants set department = -1, likeness = -1 where department <> -1;

---- create above / drop below ----

alter table report_grants drop column department_tag;
