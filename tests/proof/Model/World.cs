using System.Collections.Immutable;

namespace RlsChat.Tests.Proof.Model;

/// <summary>All rows of the model's own database. Steps of a history change it; the rules only ask.</summary>
internal sealed class World
{
    public const string MemberRole = "00000000-0000-4000-8000-000000000001";
    public const string AdminRole = "00000000-0000-4000-8000-000000000002";
    public const string OperatorRole = "00000000-0000-4000-8000-000000000003";

    /// <summary>What an organization's roles can hold.</summary>
    public static readonly ImmutableArray<string> Permissions =
    [
        "can_view_documents", "can_manage_documents", "can_manage_chats", "can_manage_members",
        "can_manage_roles", "can_manage_organization", "can_view_audit",
    ];

    private readonly Dictionary<(Type, string), IRow> rows = [];

    public World()
    {
        Put(new Role(MemberRole, null, []));
        Put(new Role(AdminRole, null, [.. Permissions]));
        Put(new Role(OperatorRole, null, ["can_view_monitoring", "can_grant_credits", "can_impersonate"]));
    }

    /// <summary>Everyone who can ask; null is nobody.</summary>
    public IEnumerable<string?> Everyone => [.. All<Person>().Select(p => p.Key), null];

    public IEnumerable<IRow> Rows => rows.Values;

    /// <summary>A readable id: "00000c0a-…-000000000003" is the fourth row of the kind 0xc0a.</summary>
    public static string Id(int kind, int number) => $"{kind:x8}-0000-4000-8000-{number:x12}";

    public IEnumerable<T> All<T>() where T : class, IRow => typeof(T) == typeof(Colleague)
        ? (IEnumerable<T>)rows.Values.OfType<Person>().Select(p => new Colleague(p))
        : rows.Values.OfType<T>();

    public T? Find<T>(string? key) where T : class, IRow => key is not null && rows.TryGetValue((typeof(T), key), out var row) ? (T)row : null;

    public T The<T>(string key) where T : class, IRow => Find<T>(key) ?? throw new KeyNotFoundException($"no {typeof(T).Name} {key}");

    public void Put(IRow row) => rows[(row.GetType(), row.Key)] = row;

    public void Remove(IRow row) => rows.Remove((row.GetType(), row.Key));

    public World Copy()
    {
        var copy = new World();
        foreach (var row in rows.Values)
        {
            copy.Put(row);
        }

        return copy;
    }
}
