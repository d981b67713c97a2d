using Npgsql;

namespace RlsChat.Tests.Proof.Model;

/// <summary>
/// The shapes of reading and changing what is there, each with what the model expects: those of
/// PostgreSQL's table "Policies Applied by Command Type". Without a WHERE that reads a column, only the
/// command's own rule holds; with one, or with RETURNING, the rows must be readable too.
/// </summary>
internal sealed class Statements(World world, string? who, IReadOnlyDictionary<Table, IReadOnlyList<string>> before, int version = 15)
{
    private const string Denied = PostgresErrorCodes.InsufficientPrivilege;

    private static readonly string[] Locks = ["update", "no key update", "share", "key share"];

    private readonly Rules rules = new(world);

    public IEnumerable<Case> All() => Table.All.SelectMany(t => (IEnumerable<Case>)[.. Reads(t), .. Locked(t), .. Updates(t), .. Deletes(t), .. Merges(t), .. OneByOne(t)]);

    /// <summary>The plain question for everything, and other ways to ask it, which have the same answer.</summary>
    public IEnumerable<Case> Reads(Table table)
    {
        var rows = table.RowsOf(world).ToList();
        var error = who is null && !table.Anonymous ? Denied : null;
        var seen = Keys(error is null ? rows.Where(r => rules.Sees(who, r)) : []);
        var (name, key) = (table.Name, table.Key);
        string[] shapes =
        [
            $"select {key} from {name}",
            $"with t as (select {key} as k from {name}) select k from t",
            $"select {key} from {name} where {key} in (select {key} from {name})",
            $"select a.k from (select {key} as k from {name}) a join (select {key} as k from {name}) b on a.k = b.k",
            $"select {key} from {name} order by 1 desc limit 100000",
            $"select {key} from {name} union select {key} from {name}",
            $"select b.k from (select {key} as k from {name}) a left join lateral (select a.k offset 0) b on true",
            $"select {key} from {name} where exists (select from {name})",
        ];
        return shapes.Select((sql, n) => new Case(who, sql, null, error, seen) { Cells = n == 0 ? rows.Count : 0 });
    }

    private IEnumerable<Case> Locked(Table table)
    {
        var rows = table.RowsOf(world).ToList();
        var error = who is null || table.Change is null ? Denied : null;
        var keys = Keys(error is null ? rows.Where(r => rules.Sees(who, r) && rules.MayUpdate(who, r)) : []);
        return Locks.Select((mode, n) =>
            new Case(who, $"select {table.Key} from {table.Name} for {mode}", null, error, keys) { Cells = n % 2 == 0 ? rows.Count : 0 });
    }

    private IEnumerable<Case> Updates(Table table)
    {
        var rows = table.RowsOf(world).ToList();
        var (name, key) = (table.Name, table.Key);
        var update = $"update {name} set {table.Change ?? table.Fixed}";
        var touched = rows.Where(r => who is not null && table.Change is not null && rules.MayUpdate(who, r)).ToList();
        var truth = $"select {key} from {name} where {table.Changed ?? "false"}";
        yield return Change(update, truth, touched) with { Cells = rows.Count };
        if (table.Change is null)
        {
            yield break;
        }

        touched.RemoveAll(r => !rules.Sees(who, r));
        yield return Change($"{update} where {key} is not null", truth, touched) with { Cells = rows.Count };
        yield return Change($"{update} returning {key}", null, touched) with { Cells = rows.Count };
        yield return Change($"{update} where {key} in (select {key} from {name})", truth, touched);
        yield return Change($"{update} from (select {key} as k from {name}) other where {key} = other.k", truth, touched);
        yield return Change($"with t as ({update} returning {key} as k) select k from t", null, touched);

        Case Change(string sql, string? after, List<IRow> of) => new(who, sql, after, UpdateError(table, of), Keys(of));
    }

    private IEnumerable<Case> Deletes(Table table)
    {
        var rows = table.RowsOf(world).ToList();
        var (name, key) = (table.Name, table.Key);
        var delete = $"delete from {name}";
        var gone = rows.Where(r => who is not null && table.Deletes && rules.MayDelete(who, r)).ToList();
        var truth = $"select {key} from {name}";
        yield return Remove(delete, truth, gone) with { Cells = rows.Count };
        if (!table.Deletes)
        {
            yield break;
        }

        gone.RemoveAll(r => !rules.Sees(who, r));
        yield return Remove($"{delete} where {key} is not null", truth, gone) with { Cells = rows.Count };
        yield return Remove($"{delete} returning {key}", null, gone) with { Cells = rows.Count };
        yield return Remove($"{delete} where {key} in (select {key} from {name})", truth, gone);
        yield return Remove($"{delete} using (select {key} as k from {name}) other where {key} = other.k", truth, gone);
        yield return Remove($"with t as ({delete} returning {key} as k) select k from t", null, gone);

        Case Remove(string sql, string? after, List<IRow> of) => new(who, sql, after, DeleteError(table, of),
            after is null ? Keys(of) : Left(table, of));
    }

    // MERGE does not pass over a row that is read and may not be changed: it fails.
    private IEnumerable<Case> Merges(Table table)
    {
        var rows = table.RowsOf(world).Where(r => rules.Sees(who, r)).ToList();
        var merge = $"merge into {table.Name} using (select {table.Key} as k from {table.Name}) s on {table.Key} = s.k when matched then ";
        var error = who is null && !table.Anonymous ? Denied : null;
        if (!table.IsView)
        {
            yield return new(who, $"{merge} do nothing", $"select {table.Key} from {table.Name}", error, error is null ? before[table].ToHashSet() : []);
        }

        if (table.Change is not null && version >= 17)
        {
            yield return new(who, $"{merge} update set {table.Change} returning {table.Key}", null,
                rows.All(r => rules.MayUpdate(who, r)) ? UpdateError(table, rows) : Denied, Keys(rows));
        }

        if (table.Change is not null)
        {
            yield return new(who, $"{merge} update set {table.Change}", $"select {table.Key} from {table.Name} where {table.Changed}",
                rows.All(r => rules.MayUpdate(who, r)) ? UpdateError(table, rows) : Denied, Keys(rows))
            { Cells = rows.Count };
        }

        if (table.Deletes)
        {
            yield return new(who, $"{merge} delete", $"select {table.Key} from {table.Name}",
                rows.All(r => rules.MayDelete(who, r)) ? DeleteError(table, rows) : Denied, Left(table, rows))
            { Cells = rows.Count };
        }
    }

    // Where a whole statement fails for one row, the others' verdicts show one by one.
    private IEnumerable<Case> OneByOne(Table table)
    {
        foreach (var row in table.RowsOf(world).Where(r => r is Suggestion or Role or Account or Organization))
        {
            List<IRow> seen = rules.Sees(who, row) ? [row] : [];
            List<IRow> updated = seen.FindAll(r => rules.MayUpdate(who, r));
            List<IRow> deleted = seen.FindAll(r => rules.MayDelete(who, r));
            var where = $"where {table.Key} = '{row.Key}' returning {table.Key}";
            if (table.Change is not null)
            {
                yield return new(who, $"update {table.Name} set {table.Change} {where}", null, UpdateError(table, updated), Keys(updated)) { Cells = 1 };
            }

            yield return new(who, $"delete from {table.Name} {where}", null, DeleteError(table, deleted), Keys(deleted)) { Cells = 1 };
        }
    }

    private string? UpdateError(Table table, List<IRow> touched) =>
        who is null || table.Change is null ? Denied
        : table == Table.Suggestions && touched.Exists(r => !rules.MayReword(who, (Suggestion)r)) ? Denied
        : table == Table.Resolutions && touched.Exists(r => !rules.MayResolve(who, (Suggestion)r)) ? Denied
        : null;

    // What holds a row for everybody who could delete it.
    private string? DeleteError(Table table, List<IRow> gone) =>
        who is null || !table.Deletes ? Denied
        : gone.Exists(r => r is Role && world.All<Person>().Any(p => p.Role == r.Key)) ? PostgresErrorCodes.ForeignKeyViolation
        : gone.Exists(r => r is Person p && Standing.IsLastAdministrator(world, p)) ? "RC003"
        : gone.Exists(r => r is Account) && world.The<Person>(who) is not { Password: true, Email: not "" } && world.All<Account>().Count(a => a.Owner == who) == gone.Count ? "RC008"
        : null;

    // With a sign-in go its pairs, rows of the same table.
    private HashSet<string> Left(Table table, List<IRow> gone) =>
    [
        .. before[table].Except(Keys(gone))
            .Except(Keys(world.All<Session>().Where(s => gone.Exists(r => r is Session && r.Key == s.Family)))),
    ];

    private static HashSet<string> Keys(IEnumerable<IRow> rows) => [.. rows.Select(r => r.Key)];
}
