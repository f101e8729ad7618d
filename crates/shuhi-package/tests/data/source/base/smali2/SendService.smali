.class public Ljp/example/keisoku/sdk/SendService;
.super Landroid/app/Service;
.source "SendService.java"
.method public send()V
    .registers 2
    const-string v0, "http://schemas.android.com/apk/res/android"
    const-string v0, "https://log.keisoku.example.jp/"
    return-void
.end method
