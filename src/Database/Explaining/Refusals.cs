using System.Text.RegularExpressions;
using Npgsql;

namespace RlsChat.Database.Explaining;

/// <summary>Says what refused: by the nodes of an explanation, or by the error of a statement.</summary>
internal sealed partial class Refusals(Probe probe, Relation table)
{
    /// <summary>What refused, of nodes as <see cref="Judge"/> makes them; null if all are true.</summary>
    public static Refusal? Of(Node node)
    {
        if (node.Truth == Truth.True)
        {
            return null;
        }

        // The text begins with the command, whose names have six letters.
        if (node.Parts is not [var permissive, ..])
        {
            return new Refusal(Refuser.Grant, $"missing {node.Text}");
        }

        if (node.Parts.SelectMany(group => group.Parts).FirstOrDefault(policy => policy.Truth == Truth.Error) is { } broken)
        {
            return new Refusal(Refuser.PolicyError, broken.Text, Because(broken.Parts[0]));
        }

        if (permissive.Truth != Truth.True)
        {
            return permissive.Parts switch
            {
                [] => new Refusal(Refuser.NoPolicy, $"no permissive {node.Text[..6]} policy", permissive.Note),
                [var only] => new Refusal(Refuser.Policy, $"{node.Text[..6]} {only.Text}", Because(only.Parts[0])),
                _ => new Refusal(Refuser.Policy,
                    $"none of the {node.Text[..6]} policies {string.Join(", ", permissive.Parts.Select(policy => policy.Text["policy ".Length..]))} is true"),
            };
        }

        var narrow = node.Parts[1].Parts.First(policy => policy.Truth != Truth.True);
        return new Refusal(Refuser.Restrictive, $"restrictive {node.Text[..6]} {narrow.Text}", Because(narrow.Parts[0]));
    }

    /// <summary>What refused, by an error of the change itself: a constraint, a trigger, a privilege.</summary>
    public async Task<Refusal> Of(PostgresException error)
    {
        var place = error.TableName is { } name && name != table.Name ? $" of \"{name}\"" : "";
        switch (error.SqlState)
        {
            case PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ForeignKeyViolation or PostgresErrorCodes.CheckViolation
                or PostgresErrorCodes.ExclusionViolation when error.ConstraintName is { } constraint:
                return new Refusal(Refuser.Constraint, $"{Kind(error.SqlState)} {constraint}{place}", await Definition(constraint, error.TableName));
            case PostgresErrorCodes.NotNullViolation:
                return new Refusal(Refuser.Constraint, $"not null \"{error.ColumnName}\"{place}", Ungiven(error.ColumnName));
        }

        var words = await Words(error);
        return Function().Match(error.Where ?? "") is { Success: true } match
            ? new Refusal(Refuser.Trigger, await TriggerOf(match.Groups[1].Value), words)
            : new Refusal(Refuser.Error, "error", words);
    }

    /// <summary>The first part that decides, in words.</summary>
    private static string Because(Node node)
    {
        var failing = node.Parts.Where(part => part.Truth != Truth.True).ToList();
        return node switch
        {
            { Text: "all of" } when failing.Count > 0 => Because(failing[0]),
            { Text: "one of" } => $"none of {node.Parts.Count} alternatives is true",
            { Text: "not", Parts: [var part] } => $"not {part.Text} is {Word(node.Truth)}",
            { Text: "case" } when failing.Count > 0 => Because(failing[^1]),
            _ when failing is [{ Note: { } note } rows] && rows.IsAny => $"{rows.Text}: {note}",
            _ => $"{node.Text} is {Word(node.Truth)}{(node.Note is { } why && node.Truth is Truth.Null or Truth.Error ? $": {node.Note}" : "")}",
        };
    }

    public static string Word(Truth truth) => truth.ToString().ToLowerInvariant();

    private static string Kind(string code) => code switch
    {
        PostgresErrorCodes.UniqueViolation => "unique key",
        PostgresErrorCodes.ForeignKeyViolation => "foreign key",
        PostgresErrorCodes.CheckViolation => "check",
        _ => "exclusion constraint",
    };

    // A unique index need not be a constraint.
    private async Task<string?> Definition(string constraint, string? of) => await probe.Connection.Scalar<string>(
        """
        select coalesce(
          (select pg_get_constraintdef(k.oid) from pg_catalog.pg_constraint k
            where k.conname = $1 and k.conrelid = to_regclass(format('public.%I', $2::text))),
          (select indexdef from pg_catalog.pg_indexes where schemaname = 'public' and indexname = $1))
        """, constraint, of ?? table.Name);

    private string? Ungiven(string? column) =>
        table.Columns.FirstOrDefault(known => known.Name == column) is { MayInsert: false } ? $"{probe.Caller.Role} has no grant insert (\"{column}\")" : null;

    private async Task<string> TriggerOf(string function)
    {
        if (table.Triggers.FirstOrDefault(trigger => trigger.Function == function) is { } own)
        {
            return $"trigger {own.Name} ({own.Function})";
        }

        return await probe.Connection.Scalar<string>(
            """
            select format('trigger %s of %I (%s)', t.tgname, c.relname, $1)
            from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid
            join pg_catalog.pg_proc p on p.oid = t.tgfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
            where format('%I.%I', n.nspname, p.proname) = $1
            order by 1 limit 1
            """, function) ?? $"function {function}";
    }

    // The text of a RAISE may contain a row's value, unless a function contains it as a literal.
    private async Task<string> Words(PostgresException error)
    {
        var isConstant = error.Routine == "exec_stmt_raise" && await probe.Connection.Scalar<bool>(
            "select exists (select from pg_catalog.pg_proc where strpos(prosrc, quote_literal($1)) > 0)", error.MessageText);
        return isConstant ? $"{error.SqlState}, {error.MessageText}" : Conditions.Words(error);
    }

    // The outermost function of the error's context is the trigger's.
    [GeneratedRegex(@"(?:PL/pgSQL|SQL) function ([\w."" ]+?)\([^\n]*(?![\s\S]*(?:PL/pgSQL|SQL) function )")]
    private static partial Regex Function();
}
