using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>
/// What the functions' owner itself may write: policies "to auth_definer" hold it to the canary rows and to what
/// belongs to an organization, so that a careless function could do no more.
/// </summary>
public sealed class DefinerPolicyTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private const string Canary = "'00000000-0000-4000-8000-00000000ca7a'";
    private const string Another = "'00000000-0000-4000-8000-00000000ca7b'";

    public static readonly TheoryData<string> Inserts = new()
    {
        """insert into public."Chat" ("id", "title", "userId") values ({id}, 't', [owner])""",
        """insert into public."Document" ("id", "title", "userId") values ({id}, 't', [owner])""",
        """insert into public."Message" ("id", "chatId", "role", "parts", "userId") select {id}, [chat], 'user', '[]', [owner]""",
        """insert into public."Vote" ("id", "message_id", "user_id", "value") select {id}, [message], [owner], 'up'""",
        """insert into public."Stream" ("id", "chatId", "userId") select {id}, [chat], [owner]""",
        """insert into public."Suggestion" ("id", "documentId", "documentCreatedAt", "originalText", "suggestedText", "userId") select {id}, [document], [document at], '', '', [owner]""",
        """insert into public."Role" ("id", "name", "permissions", "organizationId") values ({id}, 'mine', '{}', [Acme])""",
    };

    [Theory]
    [MemberData(nameof(Inserts))]
    public async Task It_makes_the_canary_and_no_other_row(string insert)
    {
        await Rows.Chat(Db, "organization", "owner");
        await Rows.Document(Db, "organization", "owner");
        await Db.As("owner");
        Db.Remember("message", await Db.Ask<Guid>("""insert into public."Message" ("chatId", "role", "parts") values ([chat], 'user', '[]') returning "id" """));
        await Forget(insert);
        await Db.AsRole("auth_definer");
        Assert.Equal(Outcome.Denied, await Db.Try(insert.Replace("{id}", Another, StringComparison.Ordinal)));
        if (!insert.Contains("Role", StringComparison.Ordinal))
        {
            Assert.Equal(Outcome.Yes, await Db.Try(insert.Replace("{id}", Canary, StringComparison.Ordinal)));
        }
    }

    [Theory]
    [InlineData("personal", Outcome.Hidden)]
    [InlineData("organization", Outcome.Yes)]
    public async Task It_hands_over_what_is_an_organizations(string row, Outcome expected)
    {
        await Rows.Chat(Db, row, "owner");
        await Rows.Document(Db, row, "owner");
        await Db.AsRole("auth_definer");
        Assert.Equal(expected, await Db.Try("""update public."Chat" set "userId" = [member] where "id" = [chat]"""));
        Assert.Equal(expected, await Db.Try("""update public."Document" set "userId" = [member] where "id" = [document]"""));
    }

    [Fact]
    public async Task It_puts_the_built_in_roles_right_and_no_organizations()
    {
        const string Rename = """update public."Role" set "name" = 'renamed' where "id" = [which]""";
        await Db.AsRole("auth_definer");
        Assert.Equal(Outcome.Yes, await Db.Try(Rename.Replace("which", "member role", StringComparison.Ordinal)));
        Assert.Equal(Outcome.Hidden, await Db.Try(Rename.Replace("which", "role of can_view_audit", StringComparison.Ordinal)));
        Assert.Equal(Outcome.Denied, await Db.Try("""update public."Role" set "organizationId" = [Acme] where "id" = [member role]"""));
    }

    // The canary rows are there already, each a child of another.
    private async Task Forget(string insert)
    {
        var table = insert.Split('"')[1];
        await Db.AsRole("rlschat_owner");
        await Db.Do($"""alter table public."{table}" no force row level security, disable trigger user""");
        await Db.Do($"""delete from public."{table}" where "id" = {Canary}""");
        await Db.Do($"""alter table public."{table}" force row level security, enable trigger user""");
    }
}
