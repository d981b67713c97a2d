namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// The functions of the connection that mints identities, as steps of a history: signing up and in, and
/// proving an address. Who asks there is known, or nobody. (That no request can call them is a cell of
/// its own, see the catalogue's tests.)
/// </summary>
internal sealed class SigningIn(World world, int number)
{
    public Step Of(Person? me, int kind, int b, int c) => (kind % 12) switch
    {
        0 => SignUp(me, Address(b, c)),
        1 => Open(me, world.Any<Person>(b)!),
        2 => Refresh(me, world.Any<Session>(b, s => !s.Rotated), 0),
        3 => Refresh(me, world.Any<Session>(b, s => s.Rotated && !s.Revoked), c % 3 == 0 ? 0 : 300),
        4 => SignOut(me, world.Any<Session>(b)),
        5 => ChangePassword(me, c % 3 != 0),
        6 or 7 => Request(me, "verify_email", Address(b, c)),
        8 => Request(null, "reset_password", Address(b, c)),
        9 => Verify(me, world.Any<Mailed>(b, m => m.Purpose == "verify_email" && (me is null || me.Key == m.Owner)), c % 2 == 0),
        10 => Reset(me, world.Any<Mailed>(b, m => m.Purpose == "reset_password")),
        _ => OAuth(me, b, c),
    };

    // Somebody's, or one that nobody has.
    private string Address(int b, int c) =>
        c % 2 == 0 ? $"new{b % 3}@model" : world.Any<Person>(b, p => p.Email != "") is { Email: not "" } holder ? holder.Email : "new@model";

    private Step SignUp(Person? me, string email) => Mint(me, $"select auth.sign_up('{email}', 'hash')",
        world.All<Person>().Any(p => p.Email == email) ? "RC001" : null, null,
        (w, id) => w.Put(new Person(id, email, null, null, null, 0, true, false, 0)));

    private Step Open(Person? me, Person person) => Mint(me, $"select auth.open_session('{person.Key}', sha256('open {number}'), sha256('{number}'))",
        null, null, (w, id) => w.Put(new Session(id, person.Key, null, $"open {number}"))) with
    { Truth = $"select coalesce(({Opened})::text, 'none')" };

    // The sign-in takes the new pair, and the pair that it had goes on beside it. A token that was used
    // before gives another pair within its grace; after it the whole sign-in is revoked.
    private Step Refresh(Person? me, Session? session, int grace)
    {
        var family = session is null ? null : world.The<Session>(session.Family ?? session.Key);
        var given = family is { Revoked: false } && (!session!.Rotated || grace > 0);
        return Mint(me, $"select auth.refresh_session(sha256('{session?.Token}'), sha256('open {number}'), sha256('{number}'), 'a client', {grace})",
            null, given ? null : "none", (w, id) =>
            {
                if (given)
                {
                    w.Put(session! with { Rotated = session.Family is not null });
                    w.Put(new Session(id, family!.Owner, family.Key, family.Token, session == family));
                    w.Put(family with { Token = $"open {number}" });
                    return;
                }

                foreach (var row in w.All<Session>().Where(s => family is { Revoked: false } && family.Key == (s.Family ?? s.Key)).ToList())
                {
                    w.Put(row with { Revoked = true });
                }
            }) with
        { Truth = $"select coalesce((select s.\"id\"::text from public.sessions s where {Holds(family?.Token)} and s.\"familyId\" is not null), 'none')" };
    }

    private Step SignOut(Person? me, Session? session) => Mint(me, $"select auth.sign_out(sha256('{session?.Token}'))",
        null, session is null ? "false" : "true", (w, _) =>
        {
            if (session is not null)
            {
                Changes.Delete(w, w.The<Session>(session.Family ?? session.Key));
            }
        });

    // The other sign-ins end; here none is the one that asks.
    private Step ChangePassword(Person? me, bool known)
    {
        var done = me is not null && known;
        var old = !known ? "'another'" : me?.Password == true ? "'hash'" : "null";
        return Mint(me, $"select auth.change_password({old}, 'hash')", null, done ? "true" : "false", (w, _) =>
        {
            if (done)
            {
                w.Put(me! with { Password = true });
                Changes.EndSignIns(w, me.Key);
            }
        });
    }

    private Step Request(Person? me, string purpose, string email)
    {
        var person = purpose == "verify_email" ? me : world.All<Person>().FirstOrDefault(p => p.Email == email);
        return Mint(me, $"select coalesce(auth.request_verification('{purpose}', '{email}', sha256('mail {number}')), 'none')", null, person is null ? "none" : email, (w, _) =>
        {
            if (person is not null)
            {
                foreach (var earlier in w.All<Mailed>().Where(m => m.Owner == person.Key && m.Purpose == purpose).ToList())
                {
                    w.Remove(earlier);
                }

                w.Put(new Mailed($"mail {number}", person.Key, purpose, email));
            }
        });
    }

    // "U email only through verification." A token is good once, for its purpose, and for who asked for
    // it: signed in, or by their password.
    private Step Verify(Person? me, Mailed? mail, bool known)
    {
        var valid = mail is { Purpose: "verify_email" } && (me?.Key == mail.Owner || (known && world.The<Person>(mail.Owner).Password));
        var proven = valid && world.All<Person>().Any(p => p.Email == mail!.Email && p.Verified && p.Key != mail.Owner);
        return Mint(me, $"select auth.verify_email(sha256('{mail?.Key}'), {(known ? "'hash'" : "null")})", !valid ? "RC010" : proven ? "RC001" : null, mail?.Owner, (w, _) =>
        {
            w.Remove(mail!);
            Changes.Release(w, mail!.Email, mail.Owner);
            w.Put(w.The<Person>(mail.Owner) with { Email = mail.Email, Verified = true });
        });
    }

    // It ends every sign-in, and whatever else was under way for the account.
    private Step Reset(Person? me, Mailed? mail)
    {
        var valid = mail is { Purpose: "reset_password" } && world.The<Person>(mail.Owner).Email == mail.Email;
        return Mint(me, $"select auth.reset_password(sha256('{mail?.Key}'), 'hash')", valid ? null : "RC010", mail?.Owner, (w, owner) =>
        {
            var person = w.The<Person>(owner);
            w.Put(person with { Password = true, Verified = true });
            Changes.EndSignIns(w, owner);
            foreach (var account in w.All<Account>().Where(a => !person.Verified && a.Owner == owner).ToList())
            {
                w.Remove(account);
            }
        });
    }

    // A known account signs its person in. A new one is linked to who is signed in, or to whom that
    // address is proven for, here and there; or else it makes somebody.
    private Step OAuth(Person? me, int b, int c)
    {
        var account = c % 3 == 0 ? world.Any<Account>(b) : null;
        var key = account?.Key ?? $"github-new-{number}";
        var (email, proven) = (Address(b, c), b % 2 == 0);
        var person = account?.Owner ?? me?.Key ?? world.All<Person>().FirstOrDefault(p => proven && p.Verified && p.Email == email)?.Key;
        return Mint(me, $"select auth.sign_in_oauth('github', '{key}', null, '{email}', {(proven ? "true" : "false")})",
            account is not null && me is not null && account.Owner != me.Key ? "RC013" : null, person, (w, id) =>
            {
                w.Put(new Account(key, id));
                if (person is null)
                {
                    if (proven)
                    {
                        Changes.Release(w, email, id);
                    }

                    w.Put(new Person(id, proven ? email : "", null, null, null, 0, false, proven, 0));
                }
            });
    }

    private Step Mint(Person? me, string sql, string? error, string? answer, Action<World, string> then) =>
        new(me?.Key, sql, error, answer, then) { SigningIn = true };

    // The sign-in whose newest pair this step has opened.
    private string Opened => $"""select s."id" from public.sessions s where {Holds($"open {number}")}""";

    private static string Holds(string? token) => $"""s."sessionToken" = encode(sha256('{token}'), 'hex')""";
}
