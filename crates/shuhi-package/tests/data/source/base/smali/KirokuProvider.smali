.class public Ljp/example/mihon/KirokuProvider;
.super Landroid/content/ContentProvider;
.source "KirokuProvider.java"
