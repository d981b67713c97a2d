namespace RlsChat.Tests.Rls.Stage;

/// <summary>Fresh people for a test that commits, so that the cast of the theatre stays as it is.</summary>
public static class Troupe
{
    /// <summary>
    /// An organization ("House") of people whose roles are named: "ana:admin", "ben:member", or "cy:" for a
    /// person outside it. Their addresses are verified, and the first administrator founded it.
    /// </summary>
    public static async Task<World> Gather(Theatre theatre, params string[] people)
    {
        var world = new World();
        world["admin role"] = theatre.World["admin role"];
        world["member role"] = theatre.World["member role"];
        world["operator role"] = theatre.World["operator role"];
        await using var connection = await theatre.Players.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var play = new Play(connection, world);
        await play.AsRole("auth_definer");
        foreach (var (who, role) in people.Select(p => (p.Split(':')[0], p.Split(':')[1])))
        {
            world[who] = await play.Ask<Guid>($"select auth.sign_up('{who}-{Guid.NewGuid():N}@test', 'hash')");
            await play.Do($"""update public."User" set "emailVerified" = now() where "id" = [{who}]""");
            if (role == "operator")
            {
                await play.Do($"""update public."User" set "roleId" = [operator role] where "id" = [{who}]""");
            }
            else if (role != "" && !world.Knows("House"))
            {
                await play.As(who);
                world["House"] = await play.Ask<Guid>("select public.create_organization('House')");
                await play.AsRole("auth_definer");
            }
            else if (role != "")
            {
                await play.Do($"""update public."User" set "organizationId" = [House], "roleId" = [{role} role], "joinedAt" = now() where "id" = [{who}]""");
            }
        }

        await transaction.CommitAsync();
        return world;
    }
}
