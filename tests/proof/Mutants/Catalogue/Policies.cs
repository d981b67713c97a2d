using RlsChat.Tests.Mutants.Expressions;
using static RlsChat.Tests.Mutants.Catalogue.Installed;

namespace RlsChat.Tests.Mutants.Catalogue;

/// <summary>Weakened policies.</summary>
internal static class Policies
{
    // A policy for one command, made one for another that takes the same clauses.
    private static readonly Dictionary<string, string> Another = new()
    {
        ["select"] = "delete",
        ["delete"] = "select",
        ["update"] = "delete",
        ["insert"] = "update",
    };

    private static readonly string[] People = ["anonymous", "regular_user"];

    private sealed record Policy(string Schema, string Table, string Name, string Command, string[] Roles, string? Using, string? Check, string? Comment, bool Narrows)
    {
        public string On => $"{Quoted(Schema)}.{Quoted(Table)}";

        public string Create(string? command = null, IEnumerable<string>? roles = null, string? check = null) =>
            Written(command ?? Command, roles ?? Roles, Using, check ?? Check);

        // The rule that every policy has a comment is to find no mutant.
        public string Commented => $"comment on policy {Quoted(Name)} on {On} is '{Comment?.Replace("'", "''", StringComparison.Ordinal)}'";

        public string Written(string command, IEnumerable<string> roles, string? @using, string? check) =>
            $"create policy {Quoted(Name)} on {On}{(Narrows ? " as restrictive" : "")} for {command} to {string.Join(", ", roles.Select(Quoted))}"
            + (@using is null || command == "insert" ? "" : $" using ({@using})")
            + (check is null || command is "select" or "delete" ? "" : $" with check ({check})");
    }

    public static IEnumerable<Mutant> Of(Installed database)
    {
        var policies = database.Rows<Policy>(
            """
            select p.schemaname as "Schema", p.tablename as "Table", p.policyname as "Name", lower(p.cmd) as "Command",
              p.roles::text[] as "Roles", p.qual as "Using", p.with_check as "Check", obj_description(y.oid, 'pg_policy') as "Comment",
              not y.polpermissive as "Narrows"
            from pg_policies p
            join pg_policy y on y.polname = p.policyname and y.polrelid = format('%I.%I', p.schemaname, p.tablename)::regclass
            where p.schemaname in ('public', 'auth', 'app_private', 'monitor')
            order by p.schemaname collate "C", p.tablename collate "C", p.policyname collate "C"
            """);
        return policies.SelectMany(Of);
    }

    private static IEnumerable<Mutant> Of(Policy policy)
    {
        var drop = $"drop policy {Quoted(policy.Name)} on {policy.On}";
        yield return Made("policy dropped", "dropped", drop);
        foreach (var m in OfExpression("using", policy.Using, e => policy.Written(policy.Command, policy.Roles, e, policy.Check)))
        {
            yield return m;
        }

        foreach (var m in OfExpression("check", policy.Check, e => policy.Create(check: e)))
        {
            yield return m;
        }

        var isBackup = policy.Roles is ["rlschat_backup"];
        foreach (var command in isBackup ? [] : new[] { "all", Another.GetValueOrDefault(policy.Command) }.OfType<string>())
        {
            yield return Made("another command", $"for {command}", drop, policy.Create(command: command), policy.Commented);
        }

        // Who is signed in and who is not, where the policy is for people; people, where it is for none of them.
        foreach (var role in policy.Roles.Contains("regular_user") ? People.Except(policy.Roles) : ["regular_user"])
        {
            yield return Made("another role", $"to {role} too", drop, policy.Create(roles: policy.Roles.Append(role)), policy.Commented);
        }

        if (!isBackup)
        {
            yield return Made("another role", "to public", drop, policy.Create(roles: ["public"]), policy.Commented);
        }

        Mutant Made(string kind, string what, params IReadOnlyList<string> apply) =>
            new($"policy {policy.Table}.{policy.Name}: {what}", kind, policy.Table, apply.Count > 1 ? apply[1] : apply[0], apply);

        IEnumerable<Mutant> OfExpression(string clause, string? expression, Func<string, string> written)
        {
            if (expression is null or "true")
            {
                yield break;
            }

            yield return Made($"{clause} true", $"{clause} true", drop, written("true"), policy.Commented);
            foreach (var edit in Edit.OfRule(expression))
            {
                yield return new Mutant($"policy {policy.Table}.{policy.Name}: {clause} {edit.Name}", edit.Kind, policy.Table,
                    edit.Describe(expression), drop, written(edit.Of(expression)), policy.Commented);
            }
        }
    }
}
