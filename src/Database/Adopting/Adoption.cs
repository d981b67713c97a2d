using Npgsql;

namespace RlsChat.Database;

/// <summary>What an adoption found and moved.</summary>
/// <param name="Misfits">The rows that do not fit, in the order in which they were found.</param>
/// <param name="Moved">The tables whose rows were moved, with how many the old database has and how many were moved.</param>
/// <param name="NotMoved">What is not moved as a whole: a table or column, and why.</param>
/// <param name="IsCommitted">Whether the rows are in the new database.</param>
public sealed record AdoptionResult(
    IReadOnlyList<MisfitRow> Misfits, IReadOnlyList<(string Table, long Old, long Moved)> Moved,
    IReadOnlyList<(string What, string Why)> NotMoved, bool IsCommitted)
{
    /// <summary>The rows that have to be mended first.</summary>
    public IEnumerable<MisfitRow> Blocking => Misfits.Where(row => row.Outcome == MisfitOutcome.Blocks);
}

/// <summary>Moves the rows of a database that the old application filled into an empty one of this system, in one transaction.</summary>
public sealed class Adoption
{
    /// <summary>The tables of the new database that are written.</summary>
    private static readonly string[] Written = [.. AdoptedTables.All.Select(table => table.Target), """public."CreditEntry" """];

    private readonly NpgsqlConnection _old, _new;
    private readonly Action<string> _log;
    private readonly List<MisfitRow> _misfits = [];
    private readonly List<(string Table, long Old, long Moved)> _moved = [];
    private readonly List<(string What, string Why)> _notMoved = [];

    private Adoption(NpgsqlConnection old, NpgsqlConnection target, Action<string> log) => (_old, _new, _log) = (old, target, log);

    /// <summary>Moves the rows, or only says what it would do.</summary>
    /// <param name="oldConnectionString">The old database; only read, in one snapshot.</param>
    /// <param name="ownerConnectionString">The owner's connection to a migrated database without people.</param>
    /// <param name="isDryRun">Whether everything is rolled back.</param>
    /// <param name="log">Takes lines of progress.</param>
    /// <exception cref="SetupException">A database is not as it should be, or what arrived differs; nothing was moved.</exception>
    public static async Task<AdoptionResult> Run(
        string oldConnectionString, string ownerConnectionString, bool isDryRun, Action<string> log)
    {
        await using var old = await Connections.OpenSession(oldConnectionString, settings => settings.CommandTimeout = 0);
        await using var target = await Connections.OpenSession(ownerConnectionString, settings => settings.CommandTimeout = 0);
        return await new Adoption(old, target, log).Run(isDryRun);
    }

    private async Task<AdoptionResult> Run(bool isDryRun)
    {
        await _old.Execute("begin transaction isolation level repeatable read, read only");
        await _old.Execute("set local search_path = ''");
        await using var transaction = await _new.BeginTransactionAsync();
        await _new.Execute("set local search_path = ''");
        await Prepare();
        var columns = await OldColumns();
        foreach (var table in AdoptedTables.All)
        {
            await Copy(table, columns);
        }

        foreach (var table in AdoptedTables.All)
        {
            await Fit(table);
        }

        var blocked = _misfits.Exists(row => row.Outcome == MisfitOutcome.Blocks);
        for (var place = 0; place < AdoptedTables.All.Length && !blocked; place++)
        {
            await Move(AdoptedTables.All[place], place);
        }

        if (blocked || isDryRun)
        {
            await transaction.RollbackAsync();
            return new AdoptionResult(_misfits, _moved, _notMoved, IsCommitted: false);
        }

        await Finish();
        await transaction.CommitAsync();
        await _new.Execute("analyze");
        return new AdoptionResult(_misfits, _moved, _notMoved, IsCommitted: true);
    }

    /// <summary>Lifts what holds the owner back, for this transaction: its locks keep everybody else out.</summary>
    private async Task Prepare()
    {
        if (!await Catalog.TableExists(_new, "monitor", "migrations"))
        {
            throw new SetupException("The new database has never been migrated: run make db-migrate.");
        }

        await _new.Execute("create schema adopt authorization rlschat_owner");
        await _new.Execute("set local role rlschat_owner");
        foreach (var table in Written)
        {
            await _new.Execute($"alter table {table} no force row level security, disable trigger user");
        }

        if (await _new.Scalar<bool>("""select exists (select from public."User" where "id" <> $1::text::uuid)""", Explaining.Caller.Canary))
        {
            throw new SetupException("The new database has people already. Move into an empty one: make db-reset, or a new database and make db-migrate.");
        }

        // The conversion to jsonb raises for \u0000, lone surrogates and numbers out of range.
        await _new.Execute("""
            create function adopt.is_list(text) returns boolean language plpgsql as $$
            begin
              return octet_length($1) <= 1048576 and jsonb_typeof($1::jsonb) = 'array';
            exception when others then
              return false;
            end
            $$
            """);
    }

    private async Task<Dictionary<string, Dictionary<string, string>>> OldColumns()
    {
        var columns = (await _old.Query(
                row => (Table: row.GetString(0), Column: row.GetString(1), Type: row.GetString(2)),
                """
                select c.relname, a.attname, format_type(a.atttypid, a.atttypmod)
                from pg_catalog.pg_class c
                join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                order by c.relname, a.attnum
                """))
            .GroupBy(column => column.Table)
            .ToDictionary(table => table.Key, table => table.ToDictionary(column => column.Column, column => column.Type));
        if (columns.ContainsKey("AuditEvent"))
        {
            throw new SetupException("The old database is one of this system. make db-backup and make db-restore move it.");
        }

        foreach (var (table, names) in columns)
        {
            var adopted = AdoptedTables.All.FirstOrDefault(adopted => adopted.Name == table);
            var why = adopted is null ? AdoptedTables.NotMoved.GetValueOrDefault(table, "this system has no such table") : null;
            if (why is not null)
            {
                _notMoved.Add(($"{table}, {await _old.Scalar<long>($"select count(*) from public.{Statements.Name(table)}")} rows", why));
            }

            _notMoved.AddRange(names.Keys.Except(adopted?.Copied ?? names.Keys.ToArray())
                .Select(column => ($"{table}.{column}", "this system has no such column")));
        }

        return columns;
    }

    /// <summary>Copies a table byte by byte, and compares the copy.</summary>
    private async Task Copy(AdoptedTable table, Dictionary<string, Dictionary<string, string>> columns)
    {
        var types = columns.GetValueOrDefault(table.Name) ?? throw new SetupException(
            $"""The old database has no table public."{table.Name}": it is none of the application that samples/drizzle/schema.ts describes.""");
        if (table.Copied.FirstOrDefault(column => !types.ContainsKey(column)) is { } missing)
        {
            throw new SetupException($"""The old database has no column public."{table.Name}"."{missing}".""");
        }

        await _new.Execute($"create table {table.Copy} ({string.Join(", ", table.Copied.Select(column => $"{Statements.Name(column)} {types[column]}"))})");
        var buffer = new byte[1 << 16];
        await using (var source = await _old.BeginRawBinaryCopyAsync($"copy (select {table.CopiedList} from {table.Target}) to stdout (format binary)"))
        await using (var copy = await _new.BeginRawBinaryCopyAsync($"copy {table.Copy} ({table.CopiedList}) from stdin (format binary)"))
        {
            for (int read; (read = await source.ReadAsync(buffer, CancellationToken.None)) > 0;)
            {
                await copy.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
            }
        }

        var (old, arrived) = (await Sum(_old, $"select {table.CopiedList} from {table.Target}"), await Sum(_new, $"select {table.CopiedList} from {table.Copy}"));
        if (old != arrived)
        {
            throw new SetupException($"The copy of {table.Name} differs from the original: {arrived} instead of {old}.");
        }

        await _new.Execute($"""create index on {table.Copy} ("id")""");
        await _new.Execute($"analyze {table.Copy}");
        _moved.Add((table.Name, old.Rows, 0));
        _log($"read {old.Rows:n0} rows of {table.Name}");
    }

    /// <summary>Finds the rows that do not fit; adjusts and deletes them in the copy.</summary>
    private async Task Fit(AdoptedTable table)
    {
        foreach (var misfit in table.Misfits)
        {
            var rows = await _new.Query(row => new MisfitRow(misfit.Outcome, table.Name, row.GetString(0), misfit.Words), misfit.Outcome switch
            {
                MisfitOutcome.Adjusted => $"update {table.Copy} t set {misfit.Set} where {misfit.Where} returning {table.Key}",
                MisfitOutcome.LeftOut => $"delete from {table.Copy} t where {misfit.Where} returning {table.Key}",
                _ => $"select {table.Key} from {table.Copy} t where {misfit.Where} order by 1",
            });
            _misfits.AddRange(rows);
        }

        await _new.Execute($"analyze {table.Copy}");
    }

    private async Task Move(AdoptedTable table, int place)
    {
        var expected = await Sum(_new, table.Rows);
        // Beside the canary's row, which is of this system.
        var before = await Sum(_new, $"select {table.ColumnList} from {table.Target}");
        await _new.Execute($"insert into {table.Target} ({table.ColumnList}) {table.Rows}");
        var after = await Sum(_new, $"select {table.ColumnList} from {table.Target}");
        if ((after.Rows - before.Rows, after.Digest - before.Digest) != (expected.Rows, expected.Digest))
        {
            throw new SetupException($"What arrived in {table.Name} differs from what was sent: {after.Rows - before.Rows} rows instead of {expected.Rows}.");
        }

        _moved[place] = _moved[place] with { Moved = expected.Rows };
        _log($"moved {expected.Rows:n0} rows of {table.Name}");
    }

    private async Task Finish()
    {
        await _new.Execute("""
            insert into public."CreditEntry" ("userId", "amount", "balance", "reason")
            select "id", "creditBalance", "creditBalance", 'Balance before the move' from public."User" where "creditBalance" > 0
            """);
        await _new.Execute("""
            select setval(pg_get_serial_sequence('public.accounts', 'id'), (select max("id") from public.accounts))
            """);
        // Foreign keys that are checked at the end have to be, before the tables can be altered.
        await _new.Execute("set constraints all immediate");
        foreach (var table in Written)
        {
            await _new.Execute($"alter table {table} force row level security, enable trigger user");
        }

        await _new.Execute("drop schema adopt cascade");
    }

    /// <summary>How many rows there are, and the sum of their digests: equal for equal rows in any order.</summary>
    private static async Task<(long Rows, decimal Digest)> Sum(NpgsqlConnection connection, string rows) =>
        (await connection.Query(row => (row.GetInt64(0), row.GetDecimal(1)), $"""
            select count(*), coalesce(sum(('x' || left(md5(r::text), 15))::bit(60)::bigint), 0) from ({rows}) r
            """)).Single();
}
