-- A mail is sent by another thread, and another process perhaps, than the one that recorded it: its span goes on from what
-- is written here (W3C traceparent). Empty if the enrollment was not traced.
alter table notification.message add column traceparent text not null default '';
