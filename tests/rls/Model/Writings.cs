using Npgsql;

namespace RlsChat.Tests.Rls.Model;

/// <summary>What people do to the tables themselves, as steps of a history.</summary>
internal sealed class Writings(World world, int number)
{
    private readonly Rules rules = new(world);

    public Step Of(string? me, int a, int b)
    {
        var kind = a % 9;
        return kind switch
        {
            0 when me is not null => Add(me, new Chat(World.Id(0xc0b, number), me, world.The<Person>(me).Org, b % 2 == 0)),
            1 when me is not null && Any<Chat>(b) is { } chat => Add(me, new Message(World.Id(0x3f, number), chat.Key, me)),
            2 when me is not null && Any<Document>(b) is { } document => Add(me, document with { At = 10_000 + number, Owner = me }),
            3 when me is not null && Any<Document>(b) is { } version => Add(me, new Suggestion(World.Id(0x5a, number), version.Key, me)),
            4 when Any<Chat>(b) is { } chat => Publish(me, chat),
            5 when Any<Role>(b) is { } role => Empty(me, role),
            6 when Any<Role>(b) is { } role => Delete(me, role, """public."Role" """,
                world.All<Person>().Any(p => p.Role == role.Key) ? PostgresErrorCodes.ForeignKeyViolation : null),
            7 when Any<Chat>(b) is { } chat => Delete(me, chat, """public."Chat" """, null),
            8 when Any<Message>(b) is { } message => Delete(me, message, """public."Message" """, null),
            _ => new(me, "select 'pass'", null, "pass", (_, _) => { }),
        };
    }

    private Step Add(string me, IRow row) => new(me, $"{Loading.Insert(row)} returning 'added'",
        rules.MayInsert(me, row) ? null : PostgresErrorCodes.InsufficientPrivilege, "added", (w, _) =>
        {
            w.Put(row);
            if (row is Message)
            {
                w.Put(new Quota(me, "messages"));
            }
        });

    private Step Publish(string? me, Chat chat) => Touch(me, chat,
        $"""update public."Chat" set "visibility" = '{(chat.Public ? "private" : "public")}' where "id" = '{chat.Key}' returning 'changed'""",
        w => w.Put(chat with { Public = !chat.Public }));

    private Step Empty(string? me, Role role) => Touch(me, role,
        $$"""update public."Role" set "permissions" = '{}' where "id" = '{{role.Key}}' returning 'changed'""",
        w => w.Put(role with { Permissions = [] }));

    private Step Touch(string? me, IRow row, string sql, Action<World> then) =>
        new(me, sql, me is null ? PostgresErrorCodes.InsufficientPrivilege : null,
            rules.Sees(me, row) && rules.MayUpdate(me, row) ? "changed" : "", (w, answer) =>
            {
                if (answer != "")
                {
                    then(w);
                }
            });

    private Step Delete(string? me, IRow row, string table, string? held)
    {
        var may = rules.Sees(me, row) && rules.MayDelete(me, row);
        return new(me, $"delete from {table} where \"id\" = '{row.Key}' returning 'gone'",
            me is null ? PostgresErrorCodes.InsufficientPrivilege : may ? held : null, may ? "gone" : "", (w, answer) =>
            {
                if (answer != "")
                {
                    Changes.Delete(w, row);
                }
            });
    }

    private T? Any<T>(int n) where T : class, IRow =>
        world.All<T>().OrderBy(r => r.Key, StringComparer.Ordinal).ToArray() is { Length: > 0 } rows ? Worlds.Pick(rows, n) : null;
}
