using Npgsql;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// Statements over several tables: a join holds the pairs of which both are seen, and a write that looks
/// for its rows through another table finds those that it may touch and sees there.
/// </summary>
internal sealed class Crossings(World world, string? who)
{
    private readonly Rules rules = new(world);

    public IEnumerable<Case> All()
    {
        foreach (var (child, parent, on, parentOf) in Pairs())
        {
            var (c, p) = (Table.All.First(t => t.Row == child && t.Suffix != "resolved"), Table.All.First(t => t.Row == parent));
            var error = who is null && !(c.Anonymous && p.Anonymous) ? PostgresErrorCodes.InsufficientPrivilege : null;
            var both = c.RowsOf(world).Where(r => rules.Sees(who, r) && parentOf(r) is { } above && rules.Sees(who, above)).ToList();
            var key = c.Key.Contains("concat", StringComparison.Ordinal) ? "concat(c.\"streamId\", ' ', c.\"index\")" : "c.\"id\"::text";
            yield return new(who, $"select {key} from {c.Name} c join {p.Name} p on {on}", null, error, Keys(error is null ? both : [])) { Cells = both.Count };
            yield return new(who, $"select {key} from {c.Name} c where exists (select from {p.Name} p where {on})", null, error, Keys(error is null ? both : []));
            if (c.Change is not null && who is not null)
            {
                var changed = both.FindAll(r => rules.MayUpdate(who, r));
                var denied = changed.Exists(r => r is Suggestion s && !rules.MayReword(who, s)) ? PostgresErrorCodes.InsufficientPrivilege : null;
                yield return new(who, $"update {c.Name} c set {c.Change} from {p.Name} p where {on} returning {key}", null, denied, Keys(denied is null ? changed : [])) { Cells = changed.Count };
            }

            if (c.Deletes && who is not null)
            {
                var gone = both.FindAll(r => rules.MayDelete(who, r));
                yield return new(who, $"delete from {c.Name} c using {p.Name} p where {on} returning {key}", null, null, Keys(gone)) { Cells = gone.Count };
            }
        }
    }

    private IEnumerable<(Type Child, Type Parent, string On, Func<IRow, IRow?> ParentOf)> Pairs() =>
    [
        (typeof(Message), typeof(Chat), "p.\"id\" = c.\"chatId\"", r => world.The<Chat>(((Message)r).Chat)),
        (typeof(Message), typeof(Colleague), "p.\"id\" = c.\"userId\"", r => world.Find<Person>(((Message)r).Author) is { } author ? new Colleague(author) : null),
        (typeof(Vote), typeof(Message), "p.\"id\" = c.\"message_id\"", r => world.The<Message>(((Vote)r).Message)),
        (typeof(Stream), typeof(Chat), "p.\"id\" = c.\"chatId\"", r => world.The<Chat>(((Stream)r).Chat)),
        (typeof(Chunk), typeof(Stream), "p.\"id\" = c.\"streamId\"", r => world.The<Stream>(((Chunk)r).Stream)),
        (typeof(Suggestion), typeof(Document), "p.\"id\" = c.\"documentId\" and p.\"createdAt\" = c.\"documentCreatedAt\"",
            r => world.The<Document>(((Suggestion)r).Document)),
        (typeof(Chat), typeof(Organization), "p.\"id\" = c.\"organizationId\"", r => world.Find<Organization>(((Chat)r).Org)),
        (typeof(Chat), typeof(Person), "p.\"id\" = c.\"userId\"", r => world.The<Person>(((Chat)r).Owner)),
        (typeof(Invitation), typeof(Role), "p.\"id\" = c.\"roleId\"", r => world.The<Role>(((Invitation)r).Role)),
    ];

    private static HashSet<string> Keys(IEnumerable<IRow> rows) => [.. rows.Select(r => r.Key)];
}
