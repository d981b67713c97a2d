namespace RlsChat.Database.Explaining;

/// <summary>Judges one row by grants and policies.</summary>
internal sealed class Judge
{
    private readonly Probe probe;
    private readonly Trees trees;
    private readonly Dictionary<long, bool> active = [];

    public Judge(Probe probe, Catalogue catalogue) => (this.probe, trees) = (probe, new Trees(probe, catalogue, this));

    /// <summary>Whether PostgreSQL applies the table's policies to the person.</summary>
    public async Task<bool> Applies(Relation table)
    {
        if (!active.TryGetValue(table.Oid, out var isActive))
        {
            isActive = (await probe.Try(Actor.Person, connection =>
                connection.Scalar<bool>("select pg_catalog.row_security_active($1::bigint::oid)", table.Oid))).Value;
            active[table.Oid] = isActive;
        }

        return isActive;
    }

    /// <summary>The privileges that are missing, for a command on columns.</summary>
    public List<Node> Grants(Relation table, Command command, IEnumerable<string> columns)
    {
        var verb = command.ToString().ToLowerInvariant();
        var missing = command == Command.Delete ? [] : columns.Select(table.Column).Where(column => !column.May(command)).ToList();
        var all = missing.Count > 0 && !table.Columns.Any(column => column.May(command));
        return
        [
            .. table.MayUseSchema ? [] : new[] { Missing("usage", "schema public") },
            .. all || (command == Command.Delete && !table.MayDelete) ? [Missing(verb, table.Sql)]
                : missing.Select(column => Missing($"{verb} ({column.Sql})", table.Sql)),
        ];
    }

    /// <summary>The policies of a command on a row: existing, or new (WITH CHECK; of select policies, USING).</summary>
    public async Task<Node> Policies(Relation table, Command command, string row, bool isNew, IReadOnlyList<long> above)
    {
        var verb = command.ToString().ToLowerInvariant();
        if (!await Applies(table))
        {
            return Node.Of($"{verb} on {table.Sql}", Truth.True, $"policies do not apply: {Exemption(table)}") with { Kind = NodeKind.Policies };
        }

        var (permissive, restrictive) = (new List<Node>(), new List<Node>());
        foreach (var policy in table.Policies.Where(policy => policy.IsFor(command) && policy.IsOurs))
        {
            var condition = isNew && command != Command.Select ? policy.Check ?? policy.Using : policy.Using;
            var tree = condition is null ? Node.Of("true", Truth.True)
                : await trees.Evaluate(condition, Scope.Of(table, row), [.. above, table.Oid]);
            var node = new Node($"policy {policy.Name}", tree.Truth, policy.Comment, [tree]) { Kind = NodeKind.Policy, Code = tree.Code };
            (policy.IsPermissive ? permissive : restrictive).Add(node);
        }

        var admitted = new Node("permissive, one must be true", One(permissive), permissive.Count > 0 ? null : Elsewhere(table, command), permissive)
        {
            Kind = NodeKind.Permissive,
            IsAny = true,
            Code = permissive.Find(IsFatal)?.Code,
        };
        var narrowed = new Node("restrictive, all must be true", All(restrictive), null, restrictive) { Kind = NodeKind.Restrictive };
        return new Node(
            $"{verb} policies of {table.Sql}, {(isNew ? "on the new row" : "on the row")}",
            new[] { admitted, narrowed }.FirstOrDefault(node => node.Truth == Truth.Error)?.Truth ?? All([admitted, narrowed]),
            null, restrictive.Count == 0 ? [admitted] : [admitted, narrowed])
        {
            Kind = NodeKind.Policies,
        };
    }

    /// <summary>Why policies do not apply.</summary>
    public string Exemption(Relation table) =>
        !table.IsEnabled ? $"RLS is not enabled on {table.Sql}"
        : table.IsBypassing ? $"{probe.Caller.Role} has BYPASSRLS"
        : table.IsOwned && !table.IsForced ? $"{probe.Caller.Role} owns {table.Sql}, and RLS is not forced on it"
        : "row_security is off";

    // Privileges are checked, and recursion is found, before any row is: such an error fails the statement whatever the others say.
    private static bool IsFatal(Node node) => node.Code?.StartsWith("42", StringComparison.Ordinal) == true;

    private static Truth One(List<Node> nodes) =>
        nodes.Exists(IsFatal) ? Truth.Error
        : nodes.Exists(node => node.Truth == Truth.True) ? Truth.True
        : nodes.Exists(node => node.Truth == Truth.Error) ? Truth.Error : Truth.False;

    private static Truth All(List<Node> nodes) =>
        nodes.TrueForAll(node => node.Truth == Truth.True) ? Truth.True
        : nodes.Exists(node => node.Truth == Truth.Error) ? Truth.Error : Truth.False;

    private Node Missing(string privilege, string on) =>
        Node.Of($"grant {privilege} on {on} to {probe.Caller.Role}", Truth.False, "missing") with { Kind = NodeKind.Grant };

    private string Elsewhere(Relation table, Command command)
    {
        var others = table.Policies.Where(policy => policy.IsFor(command) && policy.IsPermissive && !policy.IsOurs)
            .Select(policy => $"{policy.Name} is for {policy.Roles}");
        return string.Join("; ", others.Prepend($"none is for {probe.Caller.Role}"));
    }
}
