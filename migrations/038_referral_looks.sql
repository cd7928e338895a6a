-- Why somebody of a unit looked at a file that came with a referral: a letter of the unit
-- to itself.
alter table referral_letters drop constraint referral_letters_kind_check;
alter table referral_letters add constraint referral_letters_kind_check check (kind in ('refused', 'withdrawn', 'referred_back', 'shared', 'looked'));

---- create above / drop below ----

delete from referral_letters where kind = 'looked';
alter table referral_letters drop constraint referral_letters_kind_check;
alter table referral_letters add constraint referral_letters_kind_check check (kind in ('refused', 'withdrawn', 'referred_back', 'shared'));
