using System.Text.Json.Nodes;

namespace RlsChat.Database.Reviewing;

/// <summary>Somebody who asks, in the world of world.sql.</summary>
/// <param name="Id">Their id; null for nobody.</param>
/// <param name="Organization">Their organization, if they have one.</param>
/// <param name="Manager">Who manages them.</param>
/// <param name="Kind">What they are in their organization, or without one.</param>
/// <param name="Permission">The permission of their role, if it is a single one.</param>
internal sealed record Asker(string? Id, string? Organization, string? Manager, string Kind, string? Permission)
{
    /// <summary>A request without a token.</summary>
    public static readonly Asker Anonymous = new(null, null, null, "anonymous", null);

    /// <summary>The role of their requests.</summary>
    public string Role => Id is null ? "anonymous" : "regular_user";
}

/// <summary>A row of the world.</summary>
/// <param name="Table">Its table, without the schema.</param>
/// <param name="Key">Its primary key as text.</param>
/// <param name="Values">Its columns.</param>
internal sealed record Row(string Table, string Key, JsonObject Values)
{
    public string? this[string column] => Values[column]?.ToString();
}

/// <summary>How people stand to rows: by its columns and those of the rows that it belongs to.</summary>
/// <param name="rows">All rows.</param>
/// <param name="parents">The foreign keys of each table: its columns, the table that they refer to, its columns.</param>
/// <param name="askers">Everyone.</param>
internal sealed class Standing(IEnumerable<Row> rows, ILookup<string, (string[] Columns, string Parent, string[] Keys)> parents, IEnumerable<Asker> askers)
{
    /// <summary>Somebody of the row's organization.</summary>
    public const string Member = "a member of the same organization";

    /// <summary>How the words for a member with one permission begin.</summary>
    public const string Permitted = "a member with ";

    private static readonly string[] OwnerColumns = ["userId", "user_id", "invitedBy", "subjectId"];

    private readonly ILookup<string, Row> byTable = rows.ToLookup(row => row.Table);

    private readonly Dictionary<string, Asker> people = askers.Where(asker => asker.Id is not null).ToDictionary(asker => asker.Id!);

    /// <summary>What a person is to a row, in words.</summary>
    public string Words(Asker asker, Row row)
    {
        var owner = Owner(row) is { } id ? people.GetValueOrDefault(id) : null;
        var organization = Organization(row) ?? owner?.Organization;
        return asker switch
        {
            { Id: null } => "an anonymous caller",
            _ when asker == owner => "the owner",
            _ when owner is not null && owner.Manager == asker.Id => "the owner's manager",
            { Organization: { } own } when own == organization => asker.Permission is { } permission ? $"{Permitted}{permission}"
                : asker.Kind == "administrator" ? "an administrator of the organization" : Member,
            { Organization: not null } => "a member of another organization",
            { Kind: "operator" } => "an operator",
            _ => "a person without an organization",
        };
    }

    private string? Owner(Row row) => row.Table == "User" ? row["id"]
        : OwnerColumns.Select(column => row[column]).FirstOrDefault(value => value is not null) ?? Above(row).Select(Owner).FirstOrDefault(owner => owner is not null);

    private string? Organization(Row row) => row.Table == "Organization" ? row["id"]
        : row["organizationId"] ?? Above(row).Select(Organization).FirstOrDefault(organization => organization is not null);

    // People have an organization of their own; it is not that of their rows.
    private IEnumerable<Row> Above(Row row) =>
        from key in parents[row.Table]
        where key.Parent != "User" && key.Parent != row.Table && key.Columns.All(column => row[column] is not null)
        from parent in byTable[key.Parent]
        where key.Columns.Zip(key.Keys).All(pair => row[pair.First] == parent[pair.Second])
        select parent;
}
