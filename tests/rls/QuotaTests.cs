using RlsChat.Tests.Rls.Fixtures;

namespace RlsChat.Tests.Rls;

/// <summary>"What is not listed is denied" of access-rules.md: a "Quota" is read by whose it is, and counted by functions.</summary>
public sealed class QuotaTests(DatabaseFixture fixture) : TransactionTest(fixture)
{
    private static readonly Dictionary<string, string> Verbs = new()
    {
        ["read"] = """select 1 from public."Quota" where "userId" = [owner]""",
        ["insert"] = """insert into public."Quota" ("userId", "kind", "period") values (auth.uid(), 'x', 'now')""",
        ["update"] = """update public."Quota" set "used" = 0 where "userId" = [owner]""",
        ["update_all"] = """update public."Quota" set "used" = 0""",
        ["upsert"] = """insert into public."Quota" ("userId", "kind", "period") values ([owner], 'made', '2026-01-01') on conflict ("userId", "kind", "period") do update set "used" = 0""",
        ["merge"] = """merge into public."Quota" q using (values (1)) v on q."userId" = [owner] when matched then delete""",
        ["delete"] = """delete from public."Quota" where "userId" = [owner]""",
        ["delete_all"] = """delete from public."Quota" """,
        ["truncate"] = """truncate public."Quota" """,
    };

    public static readonly TheoryData<string, string, string, string> Access = Matrix.Of(
        ("owner's", """
            who        read    insert update update_all upsert merge  delete delete_all truncate
            owner      yes     denied denied denied     denied denied denied denied     denied
            others     hidden  denied denied denied     denied denied denied denied     denied
            anonymous  denied  denied denied denied     denied denied denied denied     denied
            """));

    [Theory]
    [MemberData(nameof(Access))]
    public async Task May(string row, string who, string verbs, string expected)
    {
        await Db.AsRole("rlschat_test_functions");
        await Db.Do("""insert into public."Quota" ("userId", "kind", "period", "used") values ([owner], 'made', '2026-01-01', 7)""");
        await Matrix.Check(Db, row, who, verbs, expected, Verbs, """select q::text from public."Quota" q""");
    }

    [Fact]
    public async Task Messages_are_counted_while_there_is_a_quota_of_them()
    {
        const string Write = """insert into public."Message" ("chatId", "role", "parts") select [chat], 'user', '[]' from generate_series(1, 2)""";
        const string Used = """select "used" from public."Quota" where "kind" = 'messages'""";
        await Rows.Chat(Db, "personal", "owner");
        await Rows.Set(Db, "messages_per_hour", null);
        await Db.As("owner").Do(Write);
        Assert.Empty(await Db.List(Used));

        await Rows.Set(Db, "messages_per_hour", "2");
        await Db.As("owner").Do(Write);
        Assert.Equal(["2"], await Db.List(Used));
        Assert.Equal("RC014", await Db.Error(Write));
    }

    [Theory]
    [InlineData("6OO")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    public async Task A_malformed_quota_counts_as_the_default_and_stops_nobody(string malformed)
    {
        static string Write(int messages) =>
            $"""insert into public."Message" ("chatId", "role", "parts") select [chat], 'user', '[]' from generate_series(1, {messages})""";
        await Rows.Chat(Db, "personal", "owner");
        await Db.AsRole("rlschat_owner");
        await Db.Do($"update app_private.setting set value = '{malformed}' where name = 'messages_per_hour'");
        await Db.As("owner");
        await Db.Do(Write(600));
        Assert.Equal("RC014", await Db.Error(Write(1)));
    }

    [Fact]
    public async Task Grants_are_these() =>
        Assert.Equal("regular_user select *", await Grants.On(Db, "Quota"));
}
