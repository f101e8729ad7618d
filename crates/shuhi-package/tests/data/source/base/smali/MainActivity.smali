.class public Ljp/example/mihon/MainActivity;
.super Landroid/app/Activity;
.source "MainActivity.java"
.annotation runtime Lkotlin/Metadata;
    mv = { 0x1, 0x9, 0x0 }
.end annotation
.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    const-string v0, "https://api.mihon.example.jp/v1/start"
    invoke-static {p0, v0}, Ljp/example/keisoku/sdk/Keisoku;->start(Landroid/content/Context;Ljava/lang/String;)V
    new-instance v1, Ljp/example/fumei/tracker/Tracker;
    invoke-direct {v1}, Ljp/example/fumei/tracker/Tracker;-><init>()V
    return-void
.end method
