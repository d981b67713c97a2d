using Npgsql;

namespace RlsChat.Tests.Rls.Stage;

/// <summary>
/// The people of <see cref="Cast"/> in a database, made once by the product's own functions and
/// committed. "rival" administers Globex, "outsider" is a member there. "left" is a member of Acme
/// until <see cref="Play.Leave"/> makes them go.
/// </summary>
public sealed class World
{
    private readonly Dictionary<string, Guid> ids = [];

    /// <summary>The id of a person, an organization ("Acme"), or a role ("role of can_view_audit").</summary>
    public Guid this[string name]
    {
        get => ids.TryGetValue(name, out var id)
            ? id
            : throw new KeyNotFoundException($"nobody and nothing in the world is called \"{name}\"");
        internal set => ids[name] = value;
    }

    /// <summary>Whether there is a person, organization or role of that name.</summary>
    public bool Knows(string name) => ids.ContainsKey(name);

    /// <summary>The name of an id, or null.</summary>
    public string? NameOf(Guid id) => ids.FirstOrDefault(i => i.Value == id).Key;

    internal static async Task<World> Create(NpgsqlDataSource owner)
    {
        var world = new World();
        await using var connection = await owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var play = new Play(connection, world);

        world.ids["member role"] = Guid.Parse("00000000-0000-4000-8000-000000000001");
        world.ids["admin role"] = Guid.Parse("00000000-0000-4000-8000-000000000002");
        world.ids["operator role"] = Guid.Parse("00000000-0000-4000-8000-000000000003");
        foreach (var (who, _) in Cast.People)
        {
            await play.AsRole("auth_definer");
            world.ids[who] = await play.Ask<Guid>($"select auth.sign_up('{who}@test', 'hash of {who}')");
            await play.Do($"""update public."User" set "emailVerified" = now() where "id" = '{world[who]}'""");
        }

        foreach (var (administrator, organization) in new[] { ("admin", "Acme"), ("rival", "Globex") })
        {
            await play.As(administrator);
            world.ids[organization] = await play.Ask<Guid>($"select public.create_organization('{organization}')");
        }

        await play.As("admin");
        foreach (var permission in Cast.Permissions)
        {
            world.ids[$"role of {permission}"] = await play.Ask<Guid>(
                $$"""
                insert into public."Role" ("name", "permissions", "organizationId")
                values ('{{permission}}', '{"{{permission}}": true}', '{{world["Acme"]}}') returning "id"
                """);
        }

        foreach (var (who, organization) in Cast.People.Where(p => p.Organization is not null))
        {
            if (who is "admin" or "rival")
            {
                continue;
            }

            var role = world.Knows($"role of {who}") ? world[$"role of {who}"] : world["member role"];
            await play.As(organization == "Acme" ? "admin" : "rival");
            await play.Do($"select public.invite_member('{who}@test', '{role}', sha256('{who}'))");
            await play.As(who);
            await play.Do($"select public.accept_invitation('{who}')");
        }

        await play.As("admin");
        await play.Do($"select public.set_member_manager('{world["owner"]}', '{world["manager"]}')");
        await play.Do($"select public.set_member_manager('{world["manager"]}', '{world["director"]}')");
        await play.AsRole("auth_definer");
        await play.Do("select app_private.grant_operator('operator@test')");
        await transaction.CommitAsync();
        return world;
    }
}
