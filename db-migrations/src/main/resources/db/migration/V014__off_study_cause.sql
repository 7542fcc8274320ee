-- The kind of end that a patient's time on study had. Null before it; UNSPECIFIED where the event does not say, which
-- those of schema version 1 never did.
alter table projection.enrollment add column off_study_cause text;
