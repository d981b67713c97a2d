using System.Text.Json;
using System.Text.Json.Nodes;

namespace RlsChat.Database.Explaining;

/// <summary>What a change writes: the columns it names and their values.</summary>
internal sealed record Change(IReadOnlyList<Column> Columns, string Json);

/// <summary>The row that an insert or update would write.</summary>
internal sealed class NewRow(Probe probe, Relation table)
{
    private readonly List<string> leftOut = [];

    /// <summary>The columns and values of a question, without SET those of the row.</summary>
    public async Task<Change> Change(Question question, string? row)
    {
        if (question.Set is { } set)
        {
            var given = Object(set, "SET");
            return new Change([.. given.Select(pair => table.Column(pair.Key))], given.ToJsonString());
        }

        if (row is null)
        {
            throw new SetupException("An insert without a key needs the columns of the new row, as a JSON object.");
        }

        var values = Object(row, "The row");
        var columns = table.Columns.Where(column => column.May(question.Command) && !column.IsGenerated).ToList();
        if (question.Command == Command.Insert)
        {
            columns.RemoveAll(column => column.IsUnique && !column.IsReference && column.HasDefault);
            foreach (var column in columns.Where(column => column.IsUnique && !column.IsReference))
            {
                values[column.Name] = await Another(column, values[column.Name]);
            }
        }

        return new Change(columns, values.ToJsonString());
    }

    /// <summary>The triggers that were not rehearsed, because the login may not use their functions.</summary>
    public IReadOnlyList<string> LeftOut => leftOut;

    /// <summary>
    /// The row as the policies' checks see it: with defaults, and after the triggers that fire before the row is
    /// written. It is written into a copy of the table without constraints and policies.
    /// </summary>
    /// <returns>The row, or the error of a trigger or default; an empty text if a trigger skips the row.</returns>
    public async Task<Attempt<string>> Rehearse(Command command, Change change, string? old)
    {
        var rehearsal = await probe.Try<Attempt<string>>(Actor.Maker, async _ =>
        {
            var copy = await Copy(command, old);
            return await probe.Try<string>(Actor.Person, async connection => await connection.Scalar<string>(
                $"{(command == Command.Insert ? Insert(copy, change) : Update(copy, change))} returning to_jsonb({Statements.Name(table.Name)})::text", change.Json) ?? "");
        });
        return rehearsal.Value
            // Without the right to make the copy: as far as it can be told without triggers and defaults.
            ?? new Attempt<string>(Merged(command == Command.Insert ? null : old, change), null);
    }

    public string Insert(string into, Change change) => change.Columns.Count == 0
        ? $"insert into {into} default values"
        : $"""
          insert into {into} ({string.Join(", ", change.Columns.Select(column => column.Sql))})
          select {string.Join(", ", change.Columns.Select(column => $"r.{column.Sql}"))} from jsonb_populate_record(null::{table.Sql}, $1::jsonb) r
          """;

    public string Update(string where, Change change) =>
        $"update {where} set {string.Join(", ", change.Columns.Select(column => $"{column.Sql} = (jsonb_populate_record(null::{table.Sql}, $1::jsonb)).{column.Sql}"))}";

    private async Task<string> Copy(Command command, string? old)
    {
        var (connection, mayOwn, role) = (probe.Connection, await probe.MayOwn(), Statements.Name(probe.Caller.Role));
        var copy = $"{(mayOwn ? "explaining" : "pg_temp")}.{Statements.Name(table.Name)}";
        if (mayOwn)
        {
            await connection.Execute("create schema explaining");
            await connection.Execute($"grant usage on schema explaining to {role}");
        }

        await connection.Execute($"create table {copy} ({string.Join(", ", table.Columns.Select(Definition))})");
        await connection.Execute($"grant select, insert, update on {copy} to {role}");
        if (command == Command.Update)
        {
            await connection.Execute(Insert(copy, new Change([.. table.Columns.Where(column => !column.IsGenerated)], old!)), old!);
        }

        foreach (var trigger in table.Triggers.Where(trigger => trigger.IsBefore && trigger.IsOf(command)))
        {
            var definition = trigger.Definition.Replace($" ON {table.Sql} ", $" ON {copy} ", StringComparison.Ordinal);
            if ((await probe.Try(Actor.Maker, _ => connection.Execute(definition), keep: true)).Error is not null)
            {
                leftOut.Add(trigger.Name);
            }
        }

        return copy;
    }

    // An identity has no expression: its values are given by nobody here.
    private static string Definition(Column column) => $"{column.Sql} {column.Type}" + column switch
    {
        { Expression: null } => "",
        { IsGenerated: true } => $" generated always as ({column.Expression}) stored",
        _ => $" default {column.Expression}",
    };

    // A value that no row has.
    private async Task<JsonNode?> Another(Column column, JsonNode? value) => column.Type switch
    {
        "uuid" => Guid.NewGuid().ToString(),
        "smallint" or "integer" or "bigint" => (await probe.Try(Actor.Reader, connection => connection.Scalar<long>(
            $"select coalesce(max({column.Sql}), 0)::bigint + 1 from {table.Sql}"))).Value,
        _ when column.Type.StartsWith("timestamp", StringComparison.Ordinal) => DateTime.UtcNow.ToString("O"),
        _ when column.Type == "text" || column.Type.StartsWith("character varying", StringComparison.Ordinal) => $"{value}2",
        _ => value?.DeepClone(),
    };

    private static string Merged(string? old, Change change)
    {
        var (row, values) = (old is null ? [] : Object(old, "The row"), Object(change.Json, "SET"));
        foreach (var column in change.Columns)
        {
            row[column.Name] = values[column.Name]?.DeepClone();
        }

        return row.ToJsonString();
    }

    public static JsonObject Object(string json, string what)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject ?? throw new SetupException($"{what} is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw new SetupException($"{what} is not JSON: {e.Message}", e);
        }
    }
}
