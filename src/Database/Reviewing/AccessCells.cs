using System.Text.Json.Nodes;
using Npgsql;
using RlsChat.Database.Explaining;

namespace RlsChat.Database.Reviewing;

/// <summary>Who may do what to which row of a database, tried command by command in everyone's name; all of it is taken back.</summary>
internal sealed class AccessCells(NpgsqlConnection superuser)
{
    // Runs a statement and takes it back. A constraint refuses only what the policies have let pass.
    private const string Attempt = """
        create schema if not exists review;
        grant usage on schema review to public;
        create or replace function review.attempt(statement text) returns boolean language plpgsql as $$
        declare
          found bigint;
        begin
          execute statement;
          get diagnostics found = row_count;
          raise exception using errcode = 'RV000';
        exception
          when sqlstate 'RV000' then return found > 0;
          when integrity_constraint_violation then return true;
          when others then return false;
        end
        $$
        """;

    /// <summary>The cells of these tables that are allowed.</summary>
    public async Task<HashSet<(Asker Who, Command Command, Row Row)>> Of(
        IReadOnlyList<Asker> askers, ILookup<string, Row> rows, IReadOnlyDictionary<string, TableShape> tables)
    {
        foreach (var statement in SqlStatement.Split(Attempt))
        {
            await superuser.Execute(statement.Sql);
        }

        var allowed = new HashSet<(Asker, Command, Row)>();
        foreach (var asker in askers)
        {
            foreach (var table in tables.Values)
            {
                var byKey = rows[table.Name].ToDictionary(row => row.Key);
                var readable = await Within(asker, "origin", () => Keys($"select {table.Key} from {table.Sql} t"));
                Add(Command.Select, readable);
                Add(Command.Insert, await Pass(asker, byKey.Values, row => Insert(asker, table, row)));
                // Without WHERE, the select policies do not narrow them.
                Add(Command.Delete, byKey.Keys.Except(await Within(asker, "replica", () => After(table, $"delete from {table.Sql}", table.Key), byKey.Keys)));
                Add(Command.Update, await Updatable(asker, table, byKey, readable));

                void Add(Command command, IEnumerable<string> keys) =>
                    allowed.UnionWith(keys.Where(byKey.ContainsKey).Select(key => (asker, command, byKey[key])));
            }
        }

        return allowed;
    }

    // All at once with a constant; where that is refused for one of the rows, each readable row with its own value.
    private async Task<IEnumerable<string>> Updatable(Asker asker, TableShape table, Dictionary<string, Row> rows, IEnumerable<string> readable)
    {
        if (table.Updates(asker.Role) is not [var column, ..] || rows.Count == 0)
        {
            return [];
        }

        var place = $"concat({table.Key}, ' ', t.ctid)";
        var before = await Keys($"select {place} from {table.Sql} t");
        var name = Statements.Name(column);
        var value = Literal(rows.Values.First().Values[column]);
        var after = await Within(asker, "replica", () => After(table, $"update {table.Sql} set {name} = {value}", place), before);
        var changed = before.Except(after).Select(key => key[..key.LastIndexOf(' ')]).ToList();
        return changed.Count > 0 ? changed : await Pass(
            asker, readable.Where(rows.ContainsKey).Select(key => rows[key]), row => $"update {table.Sql} t set {name} = {name} where {table.Key} = {Statements.Literal(row.Key)}");
    }

    // Under a new id, with the columns that may be given.
    private static string? Insert(Asker asker, TableShape table, Row row)
    {
        var columns = table.Inserts(asker.Role);
        return columns.Count == 0 ? null
            : $"insert into {table.Sql} ({string.Join(", ", columns.Select(Statements.Name))}) values ({string.Join(", ", columns.Select(
                column => column == "id" && Guid.TryParse(row["id"], out _) ? $"'{Guid.NewGuid()}'" : Literal(row.Values[column])))})";
    }

    private async Task<IEnumerable<string>> Pass(Asker asker, IEnumerable<Row> rows, Func<Row, string?> statement)
    {
        var tries = rows.Select(row => (row.Key, Sql: statement(row))).Where(attempt => attempt.Sql is not null).ToList();
        return tries.Count == 0 ? [] : await Within(asker, "origin", () => superuser.Query(
            row => row.GetString(0),
            "select key from unnest($1::text[], $2::text[]) as t (key, statement) where review.attempt(statement)",
            tries.Select(attempt => attempt.Key).ToArray(), tries.Select(attempt => attempt.Sql).ToArray()));
    }

    // What the superuser sees once the asker has run a statement.
    private async Task<List<string>> After(TableShape table, string statement, string column)
    {
        await superuser.Execute(statement);
        await superuser.Execute("reset role");
        return await Keys($"select {column} from {table.Sql} t");
    }

    private Task<List<string>> Keys(string sql) => superuser.Query(row => row.GetString(0), sql);

    private async Task<IEnumerable<string>> Within(Asker asker, string replication, Func<Task<List<string>>> act, IEnumerable<string>? otherwise = null)
    {
        await superuser.Execute("savepoint cell");
        try
        {
            await superuser.Execute(
                "select set_config('session_replication_role', $1, true), set_config('auth.uid', $2, true), set_config('role', $3, true)",
                replication, asker.Id ?? "", asker.Role);
            return await act();
        }
        catch (PostgresException)
        {
            return otherwise ?? [];
        }
        finally
        {
            await superuser.Execute("rollback to savepoint cell");
        }
    }

    private static string Literal(JsonNode? value) => value is null ? "null" : Statements.Literal(value.ToString());
}
