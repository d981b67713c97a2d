using System.Data;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using RlsChat.Database.Explaining;

namespace RlsChat.Database.Porting;

/// <summary>
/// The installed policies without sub-queries, as engines require that accept none (Citus). A sub-select that only
/// computes a value becomes that value; each other one becomes a function of the row's columns that it names.
/// </summary>
internal sealed partial class PortablePolicies(NpgsqlConnection connection)
{
    private static readonly HashSet<string> Clauses =
        ["FROM", "WHERE", "DISTINCT", "GROUP", "HAVING", "WINDOW", "UNION", "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR", ","];

    private readonly Dictionary<string, Function> functions = [];

    private sealed record Function(string Name, string Parameters, string? Type, string Value, SortedSet<string> Callers);

    /// <summary>
    /// The statements that change the policies of schema public, for rlschat_owner; none if no policy has a sub-query.
    /// Sets <c>search_path</c> for the rest of the transaction, so that every name is printed qualified.
    /// </summary>
    /// <exception cref="SetupException">A policy has a sub-query that cannot be rewritten.</exception>
    public static async Task<List<string>> Script(NpgsqlConnection connection)
    {
        await connection.Execute("set local search_path = ''");
        var (policies, catalogue, changes) = (new PortablePolicies(connection), new Catalogue(connection, "rlschat_owner"), new List<string>());
        foreach (var name in await catalogue.Names())
        {
            var table = await catalogue.Table(name);
            foreach (var policy in table.Policies)
            {
                try
                {
                    var change = await policies.Changed("using", policy.Using, table, policy) + await policies.Changed("with check", policy.Check, table, policy);
                    if (change.Length > 0)
                    {
                        changes.Add($"alter policy {Statements.Name(policy.Name)} on {table.Sql}{change}");
                    }
                }
                catch (Exception e) when (e is FormatException or PostgresException)
                {
                    throw new SetupException($"Policy {policy.Name} on {table.Sql} has a sub-query that cannot be rewritten: {(e as PostgresException)?.MessageText ?? e.Message}");
                }
            }
        }

        return [.. policies.functions.Values.OrderBy(function => function.Name, StringComparer.Ordinal).SelectMany(Created), .. changes];
    }

    private async Task<string> Changed(string clause, string? condition, Relation table, Policy policy)
    {
        var changed = condition is null ? null : await Rewritten(condition, table, policy);
        return changed == condition ? "" : $"{Environment.NewLine}  {clause} ({changed})";
    }

    // With RETURN, which is bound to objects when it is made, as a policy is: who may call it needs no right on a schema.
    private static IEnumerable<string> Created(Function function)
    {
        var signature = $"{function.Name}({function.Parameters})";
        yield return $"""
            create or replace function {signature}
              returns {function.Type}
              language sql
              stable
              security invoker
              set search_path = ''
              return {function.Value}
            """;
        yield return $"comment on function {signature} is {Statements.Literal($"In policies: {Blank().Replace(function.Value, " ")}")}";
        yield return $"grant execute on function {signature} to {string.Join(", ", function.Callers)}";
    }

    private async Task<string> Rewritten(string text, Relation table, Policy policy)
    {
        var parts = SqlText.Parts(text) ?? throw new FormatException("its text is not balanced");
        var (result, end) = (new StringBuilder(), 0);
        for (var i = 0; i < parts.Count; i++)
        {
            var word = text[parts[i]];
            result.Append(text[end..parts[i].Start.Value]);
            if (i + 1 < parts.Count && word is "EXISTS" or "ARRAY" or "IN" or "ANY" or "ALL" && Select(text[parts[i + 1]]) is { } rows)
            {
                result.Append(word switch
                {
                    "EXISTS" or "ARRAY" => await Call($"{word} ({rows})", table, policy),
                    "IN" => $"= ANY ({await Call($"ARRAY ({rows})", table, policy)})",
                    _ => $"{word} ({await Call($"ARRAY ({rows})", table, policy)})",
                });
                i++;
            }
            else
            {
                result.Append(word switch
                {
                    _ when Select(word) is { } select => Computed(select) is { } value ? $"({await Rewritten(value, table, policy)})" : await Call(word, table, policy),
                    ['(', .. var inner, ')'] => $"({await Rewritten(inner, table, policy)})",
                    ['[', .. var inner, ']'] => $"[{await Rewritten(inner, table, policy)}]",
                    ['C', 'A', 'S', 'E', ' ' or '\n', .., 'E', 'N', 'D'] => $"CASE{await Rewritten(word[4..^3], table, policy)}END",
                    _ => word,
                });
            }

            end = parts[i].End.Value;
        }

        return result.Append(text[end..]).ToString();
    }

    private static string? Select(string part) =>
        part is ['(', .. var inner, ')'] && SqlText.Parts(inner) is [var first, ..] && inner[first] is "SELECT" or "WITH" or "VALUES" ? inner.Trim() : null;

    // SELECT value [AS name], and nothing else.
    private static string? Computed(string select)
    {
        var parts = SqlText.Parts(select)!;
        var named = parts.FindLastIndex(part => select[part] is "AS");
        return select[parts[0]] is not "SELECT" || parts.Exists(part => Clauses.Contains(select[part])) ? null
            : select[parts[1].Start..(named < 0 ? select.Length : parts[named].Start)].Trim();
    }

    /// <summary>A call of the function that computes a value, made here if there is none yet.</summary>
    private async Task<string> Call(string value, Relation table, Policy policy)
    {
        var (body, columns) = (new StringBuilder(), new List<Column>());
        var (end, tokens) = (0, SqlText.Ranges(value).ToList());
        for (var i = 0; i + 2 < tokens.Count; i++)
        {
            // Inside a sub-select PostgreSQL prints each column with its table, and no table of the sub-select is called as the policy's.
            if (SqlText.Unquoted(value[tokens[i]]) != table.Name || value[tokens[i + 1]] != "." || (i > 0 && value[tokens[i - 1]] == "."))
            {
                continue;
            }

            var name = value[tokens[i + 2]];
            var column = SqlText.IsName(name) ? table.Column(SqlText.Unquoted(name)) : throw new FormatException("it names the whole row");
            if (!columns.Contains(column))
            {
                columns.Add(column);
            }

            body.Append(value[end..tokens[i].Start.Value]).Append('$').Append(columns.IndexOf(column) + 1);
            end = tokens[i + 2].End.Value;
        }

        var (text, types) = (body.Append(value[end..]).ToString(), string.Join(", ", columns.Select(column => column.Type)));
        var key = $"({types}) {text}";
        if (!functions.TryGetValue(key, out var function))
        {
            var name = $"auth.portable_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))[..8]}";
            functions[key] = function = new Function(name, types, await TypeOf(value, table), text, new SortedSet<string>(StringComparer.Ordinal));
        }

        function.Callers.UnionWith(policy.Roles.Split(", ").Select(role => role == "public" ? role : Statements.Name(role)));
        return $"{function.Name}({string.Join(", ", columns.Select(column => $"{Statements.Name(table.Name)}.{column.Sql}"))})";
    }

    private async Task<string?> TypeOf(string value, Relation table)
    {
        long type;
        await using (var command = connection.Command($"select {value} from {table.Sql}"))
        await using (var reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly))
        {
            type = reader.GetDataTypeOID(0);
        }

        return await connection.Scalar<string>("select pg_catalog.format_type($1::oid, null)", type);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
