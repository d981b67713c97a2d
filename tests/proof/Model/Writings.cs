using System.Collections.Immutable;
using Npgsql;

namespace RlsChat.Tests.Proof.Model;

/// <summary>What people do to the tables themselves, as steps of a history.</summary>
internal sealed class Writings(World world, int number)
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    private readonly Rules rules = new(world);

    public Step Of(string? me, int kind, int b, int c) => (kind % 22) switch
    {
        0 when me is not null => Add(me, new Chat(World.Id(0xc0b, number), me, world.The<Person>(me).Org, b % 2 == 0)),
        1 or 2 when me is not null && world.Any<Chat>(b, chat => rules.MayWrite(me, chat)) is { } chat =>
            Add(me, new Message(World.Id(0x3f, number), chat.Key, me)),
        3 when me is not null && world.Any<Chat>(b, chat => rules.MayWrite(me, chat)) is { } chat =>
            Add(me, new Stream(World.Id(0x58, number), chat.Key, me)),
        4 or 5 when me is not null && world.Any<Message>(b, m => rules.Sees(me, m)) is { } message => Vote(me, message),
        6 when me is not null => Add(me, new Document(World.Id(0xd0d, number), number, me, c % 2 == 0 ? null : world.The<Person>(me).Org)),
        7 when me is not null && world.Any<Document>(b, d => d.Owner == me) is { } document =>
            Version(me, document with { At = 10_000 + number, Owner = me, Org = c % 4 == 0 ? world.The<Person>(me).Org : document.Org }),
        8 when me is not null && world.Any<Document>(b, d => rules.Sees(me, d)) is { } version =>
            Add(me, new Suggestion(World.Id(0x5a, number), version.Key, me)),
        9 when me is not null && world.The<Person>(me).Org is { } organization =>
            Add(me, new Role(World.Id(0x01f, number), organization, Some(me, c))),
        10 when me is not null && world.Any<Role>(b, r => r.Org is not null) is { Org: { } organization } role => Invite(me, organization, role, c),
        11 when world.Any<Chat>(b, chat => rules.MayUpdate(me, chat)) is { } chat => Touch(me, chat, "Chat",
            $"\"visibility\" = '{(chat.Public ? "private" : "public")}'", chat with { Public = !chat.Public }),
        12 when world.Any<Message>(b, m => m.Author == me) is { } message => Touch(me, message, "Message",
            $"\"parts\" = '[{number}]'", message with { Text = $"{number}" }),
        13 when world.Any<Vote>(b, v => v.Voter == me) is { } vote => Touch(me, vote, "Vote",
            $"\"value\" = '{(vote.Up ? "down" : "up")}'", vote with { Up = !vote.Up }),
        14 when world.Any<Suggestion>(b, s => s.Author == me) is { } suggestion => Touch(me, suggestion, "Suggestion",
            $"\"suggestedText\" = '{number}'", suggestion with { Text = $"{number}" }, rules.MayReword(me, suggestion)),
        15 when world.Any<Suggestion>(b, s => rules.MayResolve(me, s)) is { } suggestion => Touch(me, suggestion, "Suggestion",
            "\"isResolved\" = not \"isResolved\"", suggestion with { Resolved = !suggestion.Resolved }, rules.MayResolve(me, suggestion)),
        16 when world.Any<Role>(b, r => rules.MayUpdate(me, r)) is { } role => Regrant(me, role, Some(me, c)),
        17 when world.Any<Message>(b, m => rules.MayDelete(me, m)) is { } message => Tail(me, message),
        18 when world.Any<Document>(b, d => rules.MayDelete(me, d)) is { } document => DeleteDocument(me, document, c),
        19 when world.Any<Organization>(b, Lonely) is { } organization && world.All<Person>().First(p => p.Org == organization.Key) is var member =>
            Delete(c % 4 == 0 ? me : member.Key, organization),
        20 or 21 when Deletable(me, b, c) is { } gone => Delete(me, gone),
        _ => Step.Pass(me),
    };

    private bool Lonely(Organization organization) => world.All<Person>().Count(p => p.Org == organization.Key) == 1;

    private IRow? Deletable(string? me, int b, int c) => (b % 8) switch
    {
        0 => world.Any<Chat>(c, r => rules.MayDelete(me, r)),
        1 => world.Any<Message>(c, r => rules.MayDelete(me, r)),
        2 => world.Any<Vote>(c, r => rules.MayDelete(me, r)),
        3 => world.Any<Suggestion>(c, r => rules.MayDelete(me, r)),
        4 => world.Any<Stream>(c, r => rules.MayDelete(me, r)),
        5 => world.Any<Role>(c, r => rules.MayDelete(me, r)),
        6 => world.Any<Invitation>(c, r => rules.MayDelete(me, r)),
        _ => world.Any<Account>(c, r => rules.MayDelete(me, r)),
    };

    private Step Add(string me, IRow row, string? held = null) => new(me, $"{Loading.Insert(row)} returning 'added'",
        rules.MayInsert(me, row) ? held : Denied, "added", (w, _) =>
        {
            w.Put(row);
            if (row is Message)
            {
                w.Put(new Quota(me, "messages"));
            }
        });

    // One vote a person and message: a second one is refused, to who may vote at all.
    private Step Vote(string me, Message message)
    {
        var vote = new Vote(World.Id(0x707f, number), message.Key, me);
        var taken = world.All<Vote>().Any(v => v.Message == message.Key && v.Voter == me);
        return Add(me, vote, taken ? PostgresErrorCodes.UniqueViolation : null) with
        {
            Sql = $"""insert into public."Vote" ("id", "message_id", "value") values ('{vote.Key}', '{message.Key}', 'up') returning 'added'""",
        };
    }

    // Every version of one id has one organization: to its owner, a constraint says so.
    private Step Version(string me, Document version) => Add(me, version,
        world.All<Document>().Any(d => d.Id == version.Id && d.Org != version.Org) ? PostgresErrorCodes.ExclusionViolation : null);

    // A third of them has expired when it is made.
    private Step Invite(string me, string organization, Role role, int n)
    {
        var invitation = new Invitation(World.Id(0x18, number), organization, "new@model", role.Key, me, n % 3 == 0, false, $"token {number}");
        return Add(me, invitation) with
        {
            Sql = $"""
                insert into public."Invitation" ("id", "organizationId", "email", "roleId", "tokenDigest", "expires")
                values ('{invitation.Key}', '{organization}', '{invitation.Email}', '{role.Key}', sha256('{invitation.Token}'),
                  now() + interval '{(invitation.Expired ? -1 : 1)} days') returning 'added'
                """,
        };
    }

    // What the role holds now and what it is to hold: one must have all of it oneself.
    private Step Regrant(string? me, Role role, ImmutableSortedSet<string> permissions)
    {
        var changed = role with { Permissions = permissions };
        var may = !(rules.Sees(me, role) && rules.MayUpdate(me, role)) || rules.HoldsAllOf(me, permissions);
        return Touch(me, role, "Role", $"\"permissions\" = {Loading.Object(changed)}", changed, may);
    }

    // Which row is touched a policy says; where two people may touch it, more is said of what they may.
    private Step Touch(string? me, IRow row, string table, string change, IRow changed, bool may = true)
    {
        var touched = rules.Sees(me, row) && rules.MayUpdate(me, row);
        return new(me, $"""update public."{table}" set {change} where "id" = '{row.Key}' returning 'changed'""",
            me is null || (touched && !may) ? Denied : null, touched ? "changed" : "", (w, answer) =>
            {
                if (answer != "")
                {
                    w.Put(changed);
                }
            });
    }

    // The message and what follows it: each goes that the person may delete, and the others stay.
    private Step Tail(string? me, Message first)
    {
        var gone = world.All<Message>().Where(m => m.Chat == first.Chat && string.CompareOrdinal(m.Key, first.Key) >= 0
            && rules.Sees(me, m) && rules.MayDelete(me, m)).ToList();
        return new(me, $"""
            with gone as (delete from public."Message" where "chatId" = '{first.Chat}' and "id" >= '{first.Key}' returning 1)
            select count(*) from gone
            """, me is null ? Denied : null, $"{gone.Count}", (w, _) => gone.ForEach(m => Changes.Delete(w, m)));
    }

    // All of it, or its versions after a moment.
    private Step DeleteDocument(string? me, Document document, int n)
    {
        var after = n % 2 == 0 ? document.At : -1;
        var gone = world.All<Document>().Where(d => d.Id == document.Id && d.At > after && rules.Sees(me, d) && rules.MayDelete(me, d)).ToList();
        return new(me, $"""
            with gone as (delete from public."Document" where "id" = '{document.Id}' and "createdAt" > {Loading.Moment(after)} returning 1)
            select count(*) from gone
            """, me is null ? Denied : null, $"{gone.Count}", (w, _) => gone.ForEach(d => Changes.Delete(w, d)));
    }

    private Step Delete(string? me, IRow row)
    {
        var table = Table.All.First(t => t.Row == row.GetType());
        var may = rules.Sees(me, row) && rules.MayDelete(me, row);
        var held = row switch
        {
            Role => world.All<Person>().Any(p => p.Role == row.Key) ? PostgresErrorCodes.ForeignKeyViolation : null,
            Account account => Standing.IsLastWayIn(world, account) ? "RC008" : null,
            _ => null,
        };
        return new(me, $"delete from {table.Name} where {table.Key} = '{row.Key}' returning 'gone'",
            me is null ? Denied : may ? held : null, may ? "gone" : "", (w, answer) =>
            {
                if (answer != "" && row is Organization)
                {
                    Changes.Leave(w, w.The<Person>(me!));
                }
                else if (answer != "")
                {
                    Changes.Delete(w, row);
                }
            });
    }

    // A subset of the permissions; every other time only of what one holds.
    private ImmutableSortedSet<string> Some(string? me, int n) =>
        [.. World.Permissions.Where((p, bit) => (n & (2 << bit)) != 0 && (n % 2 == 0 || rules.HeldBy(me).Contains(p)))];
}
