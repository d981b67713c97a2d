using Npgsql;

namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>
/// The people of <see cref="People"/> in a database, made once by the product's own functions and
/// committed. "rival" administers Globex, "outsider" is a member there. "left" is a member of Acme
/// until <see cref="Db.Leave"/> makes them go.
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
        var db = new Db(connection, world);

        world.ids["member role"] = Guid.Parse("00000000-0000-4000-8000-000000000001");
        world.ids["admin role"] = Guid.Parse("00000000-0000-4000-8000-000000000002");
        world.ids["operator role"] = Guid.Parse("00000000-0000-4000-8000-000000000003");
        foreach (var (who, _) in People.All)
        {
            await db.AsRole("rlschat_test_functions");
            world.ids[who] = await db.Ask<Guid>($"select auth.sign_up('{who}@test', 'hash of {who}')");
            await db.Do($"""update public."User" set "emailVerified" = now() where "id" = '{world[who]}'""");
        }

        foreach (var (administrator, organization) in new[] { ("admin", "Acme"), ("rival", "Globex") })
        {
            await db.As(administrator);
            world.ids[organization] = await db.Ask<Guid>($"select public.create_organization('{organization}')");
        }

        await db.As("admin");
        foreach (var permission in People.Permissions)
        {
            world.ids[$"role of {permission}"] = await db.Ask<Guid>(
                $$"""
                insert into public."Role" ("name", "permissions", "organizationId")
                values ('{{permission}}', '{"{{permission}}": true}', '{{world["Acme"]}}') returning "id"
                """);
        }

        foreach (var (who, organization) in People.All.Where(p => p.Organization is not null))
        {
            if (who is "admin" or "rival")
            {
                continue;
            }

            var role = world.Knows($"role of {who}") ? world[$"role of {who}"] : world["member role"];
            await db.As(organization == "Acme" ? "admin" : "rival");
            await db.Do($"select public.invite_member('{who}@test', '{role}', sha256('{who}'))");
            await db.As(who);
            await db.Do($"select public.accept_invitation('{who}')");
        }

        await db.As("admin");
        await db.Do($"select public.set_member_manager('{world["owner"]}', '{world["manager"]}')");
        await db.Do($"select public.set_member_manager('{world["manager"]}', '{world["director"]}')");
        await db.AsRole("rlschat_test_functions");
        await db.Do("select app_private.grant_operator('operator@test')");
        await transaction.CommitAsync();
        return world;
    }

    /// <summary>
    /// Fresh people for a test that commits, so that those of the fixture stay as they are: an organization ("Initech") of people whose roles are named: "ana:admin", "ben:member", or "cy:" for a
    /// person outside it. Their addresses are verified, and the first administrator founded it.
    /// </summary>
    public static async Task<World> Of(DatabaseFixture fixture, params string[] people)
    {
        var world = new World();
        world["admin role"] = fixture.World["admin role"];
        world["member role"] = fixture.World["member role"];
        world["operator role"] = fixture.World["operator role"];
        await using var connection = await fixture.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var db = new Db(connection, world);
        await db.AsRole("rlschat_test_functions");
        foreach (var (who, role) in people.Select(p => (p.Split(':')[0], p.Split(':')[1])))
        {
            world[who] = await db.Ask<Guid>($"select auth.sign_up('{who}-{Guid.NewGuid():N}@test', 'hash')");
            await db.Do($"""update public."User" set "emailVerified" = now() where "id" = [{who}]""");
            if (role == "operator")
            {
                await db.Do($"""update public."User" set "roleId" = [operator role] where "id" = [{who}]""");
            }
            else if (role != "" && !world.Knows("Initech"))
            {
                await db.As(who);
                world["Initech"] = await db.Ask<Guid>("select public.create_organization('Initech')");
                await db.AsRole("rlschat_test_functions");
            }
            else if (role != "")
            {
                await db.Do($"""update public."User" set "organizationId" = [Initech], "roleId" = [{role} role], "joinedAt" = now() where "id" = [{who}]""");
            }
        }

        await transaction.CommitAsync();
        return world;
    }
}
