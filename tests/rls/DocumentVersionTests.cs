using Npgsql;
using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"Document" of access-rules.md: every version of one id has one owner and one organization, and nobody updates.</summary>
public sealed partial class DocumentTests
{
    private const string Hijack = """insert into public."Document" ("id", "createdAt", "title") values ([document], [later], 'mine')""";

    [Theory]
    [InlineData("personal")]
    [InlineData("organization")]
    public async Task Nobody_hijacks_an_id_for_a_document_of_their_own(string row)
    {
        await Stand(row);
        foreach (var who in People.Everyone.Except([People.Owner]))
        {
            await Matrix.Check(Db, row, who, "hijack", "denied", Hijack, """select count(*) from public."Document" """);
        }

        // An id that nobody has is free.
        Db.Remember("document", Guid.NewGuid());
        await Db.As("loner");
        Assert.Equal(Outcome.Yes, await Db.Try(Hijack));
    }

    [Fact]
    public async Task A_document_whose_versions_are_all_gone_leaves_its_id_free()
    {
        await Stand("personal");
        await Db.As(People.Owner);
        await Db.Do(Verbs["delete"]);
        await Db.As("member");
        Assert.Equal(Outcome.Yes, await Db.Try(Hijack));
    }

    [Fact]
    public async Task Versions_of_one_document_are_of_one_organization()
    {
        await Stand("organization");
        await Db.As(People.Owner);
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, await Db.Error(Hijack));
        Assert.Equal(Outcome.Yes, await Db.Try(Verbs["version"]));

        await Rows.Document(Db, "personal", People.Owner);
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, await Db.Error(Verbs["version"]));
        Assert.Equal(Outcome.Yes, await Db.Try(Hijack));
    }

    [Fact]
    public async Task Who_left_makes_no_personal_version_of_what_stayed()
    {
        await Stand("organization, of left", "left");
        await Db.As("left");
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, await Db.Error(Hijack));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await Db.Error(Verbs["version"]));
    }

    [Fact]
    public async Task Putting_a_check_off_does_not_let_anybody_in()
    {
        await Stand("organization");
        await Db.Do("set constraints all deferred");
        await Db.As("member");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await Db.Error(Hijack));
        await Db.As(People.Owner);
        await Db.Do(Hijack);
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, await Db.Error("set constraints all immediate"));
    }

    [Fact]
    public async Task Nobody_updates_a_document()
    {
        string[] columns = ["id", "createdAt", "title", "content", "text", "userId", "organizationId"];
        await Stand("organization");
        await Expect.NobodyMay(Db,
        [
            .. columns.SelectMany(column => new[]
            {
                $"""update public."Document" set "{column}" = default""",
                $"""update public."Document" set "{column}" = "{column}" where "id" = [document] returning "id" """,
            }),
            """merge into public."Document" d using (select [document]::uuid as id) s on d."id" = s.id when matched then update set "title" = 'new'""",
            """insert into public."Document" ("id", "createdAt", "title") values ([document], [document at], 'new') on conflict ("id", "createdAt") do update set "title" = excluded."title" """,
            """select 1 from public."Document" for update""",
            """truncate public."Document" cascade""",
        ]);
    }

    [Fact]
    public async Task A_version_is_there_once()
    {
        await Stand("personal");
        var again = Verbs["version"].Replace("[later]", "[document at]", StringComparison.Ordinal);
        await Db.As(People.Owner);
        Assert.Equal(PostgresErrorCodes.UniqueViolation, await Db.Error(again));
        Assert.Equal(Outcome.Hidden, await Db.Try($"{again} on conflict (\"id\", \"createdAt\") do nothing"));
        await Db.As("member");
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await Db.Error($"{again} on conflict (\"id\", \"createdAt\") do nothing"));
    }

    [Fact]
    public async Task Nobody_copies_documents_in() => await Expect.NobodyCopiesInto(Db, "Document", "\"title\"");
}
