namespace RlsChat.Tests.Rls.Fixtures;

/// <summary>The chats and documents of a matrix: what its row's name says, somebody made.</summary>
public static class Rows
{
    /// <summary>
    /// Makes a chat and remembers it. "public" and "personal" in the row's name mean what they say;
    /// what is not personal belongs to its maker's organization.
    /// </summary>
    public static async Task Chat(Db db, string row, string who, string name = "chat")
    {
        await db.As(who);
        db.Remember(name, await db.Ask<Guid>(
            $"""
            insert into public."Chat" ("title", "visibility", "organizationId")
            values ('{row}', '{(row.Contains("public", StringComparison.Ordinal) ? "public" : "private")}',
              {(row.Contains("personal", StringComparison.Ordinal) ? "null" : "auth.organization_id()")})
            returning "id"
            """));
    }

    /// <summary>Makes one version of a document, by the same rule, and remembers its "id" and "createdAt" ("… at").</summary>
    public static async Task Document(Db db, string row, string who, string name = "document")
    {
        var id = Guid.NewGuid();
        await db.As(who);
        db.Remember(name, id);
        db.Remember($"{name} at", await db.Ask<DateTime>(
            $"""
            insert into public."Document" ("id", "title", "organizationId")
            values ('{id}', '{row}', {(row.Contains("personal", StringComparison.Ordinal) ? "null" : "auth.organization_id()")})
            returning "createdAt"
            """));
    }

    /// <summary>Lets "left" leave, where a cell is about them: leaving costs more than the rest of a cell.</summary>
    public static Task Left(Db db, string row, string who) =>
        who == "left" || row.EndsWith("left", StringComparison.Ordinal) ? db.Leave("left") : Task.CompletedTask;

    /// <summary>Gives a setting of the database a value, or none.</summary>
    public static async Task Set(Db db, string name, string? value)
    {
        await db.AsRole("rlschat_owner").Do($"delete from app_private.setting where name = '{name}'");
        await (value is null ? Task.FromResult(0) : db.Do($"insert into app_private.setting values ('{name}', '{value}')"));
    }

    /// <summary>
    /// Runs a statement that no grant or policy lets anybody run: a row as it is left by a past that a test cannot
    /// play (an organization that was dissolved, seven days that went by).
    /// </summary>
    public static async Task Forge(Db db, string table, string sql)
    {
        await db.AsRole("rlschat_owner");
        await db.Do($"""alter table public."{table}" no force row level security""");
        await db.Do(sql);
        await db.Do($"""alter table public."{table}" force row level security""");
    }
}
